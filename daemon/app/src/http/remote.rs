//! Where a request comes from: the peer itself, or, where that is a proxy whose word counts, whoever
//! it says it passes on. Anybody can write the same headers, so from others they are left unread.

use super::Door;
use crate::config::Network;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Most proxies behind each other that are looked through.
const PROXIES_MAX: usize = 8;
/// Bits of an IPv6 address that are one household's or machine's.
const NETWORK_BITS: u32 = 64;

/// The address at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remote {
    /// By what it is counted; none where everybody who comes by this machine would be one.
    pub(super) counted: Option<IpAddr>,
    /// Whether it came by https, where that is known.
    pub(super) https: Option<bool>,
}

impl FromRequestParts<Arc<Door>> for Remote {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        let mut remote = Self::of(&door.settings.trusted_proxies, peer, &parts.headers);
        if door.settings.tls.on() {
            remote.https = Some(true);
        }
        Ok(remote)
    }
}

impl Remote {
    /// Where a request of this peer comes from.
    pub(super) fn of(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> Self {
        let trusts = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
        let peer = peer.to_canonical();
        if !trusts(peer) {
            // While no proxy is named, the machine itself may be one.
            let told_apart = !trusted.is_empty() || !peer.is_loopback();
            return Self { counted: told_apart.then(|| one(peer)), https: None };
        }
        let mut address = peer;
        // Each proxy adds whom it was called by at the end.
        for next in last_first(headers, &FORWARDED_FOR).map(address_of).take(PROXIES_MAX) {
            let Some(next) = next else { break };
            address = next;
            if !trusts(next) {
                break;
            }
        }
        let https = match last_first(headers, &FORWARDED_PROTO).next() {
            Some("https") => Some(true),
            Some("http") => Some(false),
            _ => None,
        };
        Self { counted: Some(one(address)), https }
    }
}

/// The values of a header that is a list, the last one first.
fn last_first<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lines: Vec<&str> =
        headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default()).collect();
    lines.into_iter().rev().flat_map(|line| line.rsplit(',')).map(str::trim)
}

/// An address as proxies write it, some with the port.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.or_else(with_port).map(|address| address.to_canonical())
}

/// What counts as one: whoever holds one IPv6 address holds all of its network.
fn one(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let network = u128::MAX << (u128::BITS - NETWORK_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & network))
        }
    }
}

/// Reads what a proxy says, for [`crate::foreign`].
pub(super) fn read_any(text: &str) {
    let Ok(value) = text.parse() else { return };
    let headers = HeaderMap::from_iter([(FORWARDED_FOR, value)]);
    let proxy = IpAddr::from([127, 0, 0, 1]);
    let everybody: Vec<Network> =
        ["0.0.0.0/0", "::/0"].iter().filter_map(|text| text.parse().ok()).collect();
    assert!(Remote::of(&everybody, proxy, &headers).counted.is_some(), "it is counted");
    assert_eq!(Remote::of(&[], proxy, &headers).counted, None, "what is not trusted is not read");
}
