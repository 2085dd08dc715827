//! How rules have been doing since their set came into force, and the set that is tried beside it.

use super::figure::{Figure, Labels, Series, Steps, counters, gauge, gauges, label};
use desk_wire::view::{Breaker, HookView, ScriptSetView, ShadowView, TimesView};
use prometheus_client::registry::Unit;

/// Characters of a set's hash that are told.
const HASH_CHARS: usize = 12;

/// A rule's labels: its hook and its file.
fn rule(hook: &HookView, file: &str) -> Labels {
    vec![("hook", hook.hook.clone()), ("file", file.to_owned())]
}

fn rule_with(hook: &HookView, file: &str, key: &'static str, value: &str) -> Labels {
    [rule(hook, file), label(key, value)].concat()
}

/// The figures of each rule; a hook without a rule has none.
pub(super) fn rules(hooks: &[HookView]) -> Vec<Figure> {
    let of: Vec<(&HookView, &str)> =
        hooks.iter().filter_map(|hook| Some((hook, hook.file.as_deref()?))).collect();
    let count = |name, help, of_hook: fn(&HookView) -> u64| {
        counters(name, help, of.iter().map(|(hook, file)| (rule(hook, file), of_hook(hook))))
    };
    let failures = of.iter().flat_map(|(hook, file)| {
        hook.kinds.iter().map(|(kind, n)| (rule_with(hook, file, "kind", kind), *n))
    });
    let breaker = of.iter().flat_map(|(hook, file)| {
        Breaker::ALL.iter().map(move |state| {
            let labels = rule_with(hook, file, "state", state.as_str());
            (labels, usize::from(hook.breaker == *state))
        })
    });
    let times = of.iter().map(|(hook, file)| (rule(hook, file), steps(&hook.times)));
    vec![
        count("rule_calls", "How often a rule was called.", |hook| hook.calls),
        counters("rule_failures", "Calls that failed, by kind.", failures),
        count("rule_defaults", "How often what is configured applied instead.", |h| h.defaults),
        count("rule_operations", "Operations that calls used up.", |hook| hook.operations),
        Figure {
            name: "rule_call",
            help: "How long calls took, in time of the engine's thread.",
            unit: Some(Unit::Seconds),
            series: Series::Histograms(times.collect()),
        },
        gauges("rule_breaker", "1 for the state that the rule's breaker is in.", breaker),
        count("rule_rests", "How often a rule was told to rest.", |hook| hook.rests),
    ]
}

fn steps(times: &TimesView) -> Steps {
    let secs = |us: &u64| *us as f64 / 1e6;
    let upto = times.upto_us.iter().map(secs).chain([f64::INFINITY]);
    Steps { sum: secs(&times.sum_us), counts: upto.zip(times.counts.iter().copied()).collect() }
}

/// The sets: the one in force, what the folder holds otherwise, and what trying that showed.
pub(super) fn sets(set: &ScriptSetView, shadow: Option<&ShadowView>) -> Vec<Figure> {
    let short = |hash: &String| hash.chars().take(HASH_CHARS).collect::<String>();
    let serving = set.serving.iter().map(|hash| (label("set", short(hash)), 1));
    let differ = shadow.iter().flat_map(|shadow| &shadow.hooks).flat_map(|hook| {
        hook.differ
            .iter()
            .map(|(kind, n)| ([label("hook", &hook.hook), label("kind", kind)].concat(), *n))
    });
    let asked = shadow.iter().flat_map(|shadow| &shadow.hooks);
    let asked = asked.map(|hook| (label("hook", &hook.hook), hook.asked));
    let number = |of: fn(&ShadowView) -> u64| [(Labels::new(), shadow.map_or(0, of))];
    vec![
        gauges("script_set", "1, with the set in force.", serving),
        gauge(
            "script_set_rejected",
            "1 while the folder holds a set that is wrong.",
            usize::from(set.rejected.is_some()),
        ),
        counters("shadow_asked", "Questions that the set that waits was asked.", asked),
        counters("shadow_differences", "Its answers that differ, by kind.", differ),
        counters("shadow_dropped", "Questions it had no room for.", number(|it| it.dropped)),
        counters("shadow_cut", "Answers that clock or rest cut.", number(|it| it.cut)),
    ]
}
