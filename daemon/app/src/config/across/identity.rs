//! Sites that vouch for their visitors: real addresses, each once, each with one place of its secret.

use super::Found;

pub(super) fn check(found: &mut Found<'_>) {
    let main = found.main();
    let identity = &found.all.settings.identity;
    found.range(&main, "identity.max_age_secs", identity.max_age_secs, 10..=86_400);
    found.range(&main, "identity.skew_secs", identity.skew_secs, 0..=300);
    for (n, site) in identity.site.iter().enumerate() {
        let at = main.at("identity").at("site").at(n);
        if !super::doors::is_origin(&site.origin) {
            let help = "write it such as \"https://shop.example.com\"";
            found.error(&at.at("origin"), "this is no site", help);
        }
        if identity.site[..n].iter().any(|other| other.origin == site.origin) {
            found.error(&at.at("origin"), "this site is listed twice", "take one of them out");
        }
        match (&site.secret_file, &site.secret_env) {
            (None, None) => {
                let help = "set secret_file or secret_env; the secret itself never stands here";
                found.error(&at, "this site has no secret", help);
            }
            (Some(_), Some(_)) => {
                let message = "the secret is to come from a file and from the environment";
                found.error(&at.at("secret_env"), message, "take one of both out");
            }
            _ => {}
        }
    }
}
