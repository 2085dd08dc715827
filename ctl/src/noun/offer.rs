//! `offer`: what is offered, and yes or no to it.

use std::io;

use clap::Subcommand;
use desk_wire::Call;
use desk_wire::view::OfferView;

use crate::noun::{chat, record};
use crate::render::{DIM, HEAD, Page, WARN};
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum Offer {
    /// Show the pending offer
    Show,
    /// Accept it
    Accept {
        /// The offer [default: the pending one]
        offer: Option<String>,
    },
    /// Reject it
    Reject {
        /// The offer [default: the pending one]
        offer: Option<String>,
        /// A reason code
        #[arg(long, value_name = "CODE")]
        reason: Option<String>,
    },
}

impl Offer {
    pub(crate) fn call(self) -> Call {
        match self {
            Self::Show => Call::OfferShow {},
            Self::Accept { offer } => Call::OfferAccept { offer },
            Self::Reject { offer, reason } => Call::OfferReject { offer, reason },
        }
    }
}

pub(crate) fn show(page: &mut Page<'_>, offer: Option<&OfferView>) -> io::Result<()> {
    let Some(offer) = offer else {
        return page.line(format_args!("{DIM}no offer is pending{DIM:#}"));
    };
    let (customer, left) = (chat::customer(&offer.customer), time::duration(offer.remaining_ms));
    page.line(format_args!(
        "{HEAD}{customer}{HEAD:#} in {}, {WARN}{left} left to accept{WARN:#}",
        offer.queue
    ))?;
    page.field("offer", &offer.offer)?;
    page.field("chat", &offer.chat)?;
    page.field("waiting", time::duration(offer.waiting_ms))?;
    for line in &offer.lines {
        page.field("", line)?;
    }
    record::candidates(page, &offer.candidates, None)
}
