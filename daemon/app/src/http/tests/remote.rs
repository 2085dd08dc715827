//! Whose word counts of where a request comes from, and what is counted by that.

use super::super::remote::Remote;
use super::house::{House, Reply, arrival};
use crate::config::Network;
use axum::http::HeaderMap;
use serde_json::json;
use std::net::IpAddr;

fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// By what a request of this peer is counted, with these lines of the header.
fn counted(trusted: &[&str], peer: &str, lines: &[&str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("x-forwarded-for", line.parse().unwrap());
    }
    let remote = Remote::of(&networks(trusted), peer.parse::<IpAddr>().unwrap(), &headers);
    remote.counted.map(|address| address.to_string())
}

#[test]
fn a_customer_is_who_the_trusted_proxies_say_and_nobody_elses_word_counts() {
    let trusted = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"];
    for (peer, lines, wanted) in [
        ("127.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
        ("127.0.0.1", &[], "127.0.0.1"),
        // Behind two proxies; what the customer wrote themselves stands before.
        ("127.0.0.1", &["198.51.100.9, 203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        ("127.0.0.1", &["198.51.100.9", "203.0.113.7", "10.1.2.3"], "203.0.113.7"),
        // With ports, as some proxies write it.
        ("127.0.0.1", &["203.0.113.7:4711"], "203.0.113.7"),
        ("127.0.0.1", &["[2001:db8:2::7]:4711"], "2001:db8:2::"),
        // What is no address ends the way; who said it is counted.
        ("127.0.0.1", &["unknown, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", &["203.0.113.7, "], "127.0.0.1"),
        // Whoever is not trusted, however it is written.
        ("203.0.113.7", &["198.51.100.9"], "203.0.113.7"),
        ("127.0.0.2", &["198.51.100.9"], "127.0.0.2"),
        ("::ffff:127.0.0.1", &["198.51.100.9"], "198.51.100.9"),
        ("::ffff:203.0.113.7", &["198.51.100.9"], "203.0.113.7"),
        // Who holds an address of IPv6 holds its network.
        ("2001:db8:9:8:7:6:5:4", &[], "2001:db8:9:8::"),
        ("2001:db8:1::1", &["2001:db8:9:8:a:b:c:d"], "2001:db8:9:8::"),
    ] {
        assert_eq!(counted(&trusted, peer, lines).as_deref(), Some(wanted), "{peer} {lines:?}");
    }
    // While no proxy is named, this machine may be one, and all customers would be one address.
    assert_eq!(counted(&[], "127.0.0.1", &["203.0.113.7"]), None);
    assert_eq!(counted(&[], "203.0.113.7", &[]).as_deref(), Some("203.0.113.7"));
    // A long way is looked through so far.
    let long = ["10.0.0.1"; 1000].join(",");
    assert_eq!(counted(&trusted, "127.0.0.1", &[&long]).as_deref(), Some("10.0.0.1"));
}

impl House {
    async fn opens(&self, path: &str, forwarded: &str) -> Reply {
        let mut body = arrival();
        if path == "/v1/forms" {
            body["text"] = json!("call me");
        }
        let request = self.request("POST", path).header("x-forwarded-for", forwarded);
        Reply::of(request.json(&body).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn a_flood_of_chats_is_stopped_for_its_address_alone() {
    let house = House::with(|_, http| {
        http.trusted_proxies = networks(&["127.0.0.1"]);
        (http.opens_per_min, http.opens_burst) = (1, 2);
    })
    .await;
    for _ in 0..2 {
        house.opens("/v1/chats", "203.0.113.7").await.expect(201);
    }
    let refused = house.opens("/v1/chats", "203.0.113.7").await;
    refused.expect_problem(429, "too_fast");
    assert!(refused.headers.contains_key("retry-after"));
    // Forms are counted with them.
    house.opens("/v1/forms", "203.0.113.7").await.expect_problem(429, "too_fast");
    // What the customer puts before the proxy's word changes nothing.
    let forged = house.opens("/v1/chats", "198.51.100.9, 203.0.113.7").await;
    forged.expect_problem(429, "too_fast");
    house.opens("/v1/chats", "198.51.100.9").await.expect(201);
}

#[tokio::test]
async fn a_header_of_somebody_who_is_not_trusted_is_left_unread() {
    let house = House::with(|_, http| {
        http.trusted_proxies = networks(&["192.0.2.1"]);
        (http.opens_per_min, http.opens_burst) = (1, 1);
        http.signins_per_min = 1;
    })
    .await;
    house.opens("/v1/chats", "203.0.113.7").await.expect(201);
    house.opens("/v1/chats", "203.0.113.8").await.expect_problem(429, "too_fast");
    let sign_in = async |forwarded: &str| {
        let request = house.request("POST", "/v1/session").header("x-forwarded-for", forwarded);
        let request = request.header("x-forwarded-proto", "https");
        let body = json!({ "token": "no.token" });
        Reply::of(request.json(&body).send().await.unwrap()).await
    };
    sign_in("203.0.113.7").await.expect_problem(401, "signed_out");
    sign_in("203.0.113.8").await.expect_problem(429, "too_fast");
}

#[tokio::test]
async fn links_carry_the_path_that_the_proxy_puts_before() {
    let house = House::with(|_, http| {
        http.public_url = Some("https://desk.example/help/".parse().unwrap());
    })
    .await;
    let opened = house.post("/v1/chats", arrival()).await;
    let chat = opened.expect(201)["chat"].as_str().unwrap();
    assert_eq!(opened.headers["location"], format!("/help/v1/chats/{chat}"));
    let page = house.request("GET", "/desk").send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("connect-src 'self' wss://desk.example;"), "{policy}");
}
