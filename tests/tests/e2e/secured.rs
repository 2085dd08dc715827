//! The real daemon with a certificate of its own: what it answers, what it takes over, what it refuses.

use crate::world::{World, client};
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

const ADMIN: &str = "role:admin";
/// Whom the certificates name.
const NAME: &str = "desk.test";

/// Puts a new certificate and key beside the config: the certificate.
fn renew(world: &World) -> String {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let key = world.path("desk.key");
    // The key before its certificate, as any two files are: a pair that does not fit is passed over.
    world.write("desk.key", &made.signing_key.serialize_pem());
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    world.write("desk.pem", &made.cert.pem());
    made.cert.pem()
}

fn secured() -> (World, String) {
    let mut world = World::new();
    let certificate = renew(&world);
    world.configure("http.tls", "certificate = \"desk.pem\"\nkey = \"desk.key\"\n");
    world.start();
    (world, certificate)
}

/// Asks for the daemon's health as somebody who trusts this certificate alone; whether it answered.
fn healthy(world: &World, certificate: &str) -> bool {
    // A provider of cryptography is set by the first client.
    drop(client());
    let http = &world.daemon.as_ref().unwrap().http;
    let addr: SocketAddr = http.strip_prefix("http://").unwrap().parse().unwrap();
    let trusted = reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([trusted]).resolve(NAME, addr).build();
    let url = format!("https://{NAME}:{}/healthz", addr.port());
    let sent = world.runtime.block_on(client.unwrap().get(url).send());
    sent.is_ok_and(|answer| answer.status() == 200)
}

fn errors(world: &World) -> Value {
    world.ok(ADMIN, &["daemon", "status"])["daemon"]["errors"].clone()
}

#[test]
fn with_a_certificate_nothing_is_answered_in_clear() {
    let (world, certificate) = secured();
    assert!(healthy(&world, &certificate));
    let url = format!("{}/healthz", world.daemon.as_ref().unwrap().http);
    assert!(world.runtime.block_on(client().get(url).send()).is_err());
}

#[test]
fn a_changed_certificate_is_taken_over_and_a_broken_one_is_said_in_the_status() {
    let (world, before) = secured();
    let daemon = world.daemon.as_ref().unwrap();
    world.write("desk.pem", "not a certificate");
    daemon.signal("-HUP");
    daemon.until_logged("the certificate before stays in force");
    assert!(errors(&world).to_string().contains("http.tls.certificate"), "{}", errors(&world));
    assert!(healthy(&world, &before));
    let after = renew(&world);
    daemon.signal("-HUP");
    daemon.until_logged("another certificate is in force");
    assert!(healthy(&world, &after) && !healthy(&world, &before));
    assert!(!errors(&world).to_string().contains("http.tls"), "{}", errors(&world));
}

#[test]
fn a_key_that_others_may_read_ends_the_start() {
    let world = World::new();
    renew(&world);
    world.configure("http.tls", "certificate = \"desk.pem\"\nkey = \"desk.key\"\n");
    fs::set_permissions(world.path("desk.key"), fs::Permissions::from_mode(0o640)).unwrap();
    let config = world.path("deskd.toml");
    let output = world.deskd(&["run", "--config", config.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("http.tls.key") && said.contains("open to others"), "{said}");
}
