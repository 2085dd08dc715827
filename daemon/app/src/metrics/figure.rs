//! A figure that is looked up, as the text's encoder takes it.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;

/// The labels of a series.
pub(super) type Labels = Vec<(&'static str, String)>;

/// A figure, in one series or several.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    /// What it means, with the full stop.
    pub(super) help: &'static str,
    pub(super) unit: Option<Unit>,
    pub(super) series: Series,
}

/// The series by their labels.
#[derive(Debug)]
pub(super) enum Series {
    /// Numbers that only grow.
    Counters(Vec<(Labels, u64)>),
    /// Numbers that go up and down.
    Gauges(Vec<(Labels, i64)>),
    /// Distributions.
    Histograms(Vec<(Labels, Steps)>),
}

/// A distribution: how many were up to each step, and beyond the last.
#[derive(Debug)]
pub(super) struct Steps {
    pub(super) sum: f64,
    pub(super) counts: Vec<(f64, u64)>,
}

/// A label of one series.
pub(super) fn label(key: &'static str, value: impl fmt::Display) -> Labels {
    vec![(key, value.to_string())]
}

/// A number without labels.
pub(super) fn gauge(name: &'static str, help: &'static str, value: usize) -> Figure {
    gauges(name, help, [(Labels::new(), value)])
}

/// Numbers that go up and down.
pub(super) fn gauges(
    name: &'static str,
    help: &'static str,
    series: impl IntoIterator<Item = (Labels, usize)>,
) -> Figure {
    let number = |value| i64::try_from(value).unwrap_or(i64::MAX);
    let series = series.into_iter().map(|(labels, value)| (labels, number(value)));
    Figure { name, help, unit: None, series: Series::Gauges(series.collect()) }
}

/// Numbers that only grow.
pub(super) fn counters(
    name: &'static str,
    help: &'static str,
    series: impl IntoIterator<Item = (Labels, u64)>,
) -> Figure {
    Figure { name, help, unit: None, series: Series::Counters(series.into_iter().collect()) }
}

impl Collector for Figure {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let kind = match self.series {
            Series::Counters(_) => MetricType::Counter,
            Series::Gauges(_) => MetricType::Gauge,
            Series::Histograms(_) => MetricType::Histogram,
        };
        let to = encoder.encode_descriptor(self.name, self.help, self.unit.as_ref(), kind)?;
        match &self.series {
            Series::Counters(all) => {
                each(to, all, |value, to| ConstCounter::new(*value).encode(to))
            }
            Series::Gauges(all) => each(to, all, |value, to| ConstGauge::new(*value).encode(to)),
            Series::Histograms(all) => each(to, all, |steps, mut to| {
                let count = steps.counts.iter().map(|(_, count)| count).sum();
                to.encode_histogram::<NoLabelSet>(steps.sum, count, &steps.counts, None)
            }),
        }
    }
}

fn each<T>(
    mut to: MetricEncoder<'_>,
    series: &[(Labels, T)],
    encode: impl Fn(&T, MetricEncoder<'_>) -> fmt::Result,
) -> fmt::Result {
    for (labels, value) in series {
        encode(value, to.encode_family(labels)?)?;
    }
    Ok(())
}
