//! A customer whom a site vouches for is told from others wherever people and rules look.

use crate::procedure::{available, until_complete};
use crate::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk_sandbox::seed::TOM;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::SystemTime;

const ANN: &str = "agent:ann";
const SHOP: &str = "https://shop.example";
const SECRET: &str = "the shop's own, of thirty-two bytes or more";

/// A world whose desk knows a shop.
pub(crate) fn with_shop() -> World {
    let world = World::new();
    world.write("shop-secret", SECRET);
    fs::set_permissions(world.path("shop-secret"), fs::Permissions::from_mode(0o600)).unwrap();
    let site = format!("[[identity.site]]\norigin = \"{SHOP}\"\nsecret_file = \"shop-secret\"\n");
    let config = fs::read_to_string(world.path("deskd.toml")).unwrap();
    world.write("deskd.toml", &format!("{config}{site}"));
    world
}

/// What the shop signs of Tom.
pub(crate) fn signed_by_shop() -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let claims = json!({
        "iss": SHOP, "aud": "support", "sub": "7", "iat": now, "exp": now + 300,
        "name": TOM.name(), "email": TOM.email,
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(json!({ "alg": "HS256" })), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[test]
fn a_customer_is_shown_as_verified_or_not_in_preview_desk_incident_and_to_rules() {
    let mut world = with_shop();
    let rule = "fn on_offer(ctx) { #{ lines: [`verified: ${ctx.chat.customer.verified}`] } }\n";
    world.write("scripts/on_offer.rhai", rule);
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let signed = json!({ "queue": "support", "identity": signed_by_shop() });
    let own_word = json!({ "queue": "support", "name": TOM.name(), "email": TOM.email });
    for (body, verified, says) in
        [(signed, true, "Customer verified by the site"), (own_word, false, "Customer unverified")]
    {
        let chat = world.open_with(&body);
        watcher.until_offered(&chat.0);
        let offer = world.ok(ANN, &["offer", "show"])["offer"].clone();
        assert_eq!(offer["customer"]["verified"], verified, "{offer}");
        assert_eq!(offer["customer"]["name"], TOM.name());
        assert_eq!(offer["lines"], json!([format!("verified: {verified}")]));
        world.ok(ANN, &["offer", "accept"]);
        let shown = world.ok(ANN, &["chat", "show"]);
        assert_eq!(shown["chat"]["customer"]["verified"], verified, "{shown}");
        world.ok(ANN, &["wrapup", "code", "solved"]);
        world.ok(ANN, &["wrapup", "done"]);
        let (incident, _) = until_complete(&world, &mut watcher, &chat.0);
        let description = incident["description"].as_str().unwrap();
        assert!(description.contains(says), "{description}");
    }
}
