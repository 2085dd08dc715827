//! Secrets come from where the config says, and from nowhere else; nothing shows them.

use super::super::load::Loaded;
use super::super::{SecretError, check, show, show_json};
use super::{Files, GOOD, no_var};
use secrecy::ExposeSecret;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;

const SECRET: &str = "correct horse";

fn with_account(source: &str) -> (Files, Loaded) {
    let main =
        format!("[servicenow]\nurl = \"https://desk.example\"\nusername = \"deskd\"\n{source}\n");
    let files = Files::new(&[&GOOD[..], &[("deskd.toml", &main)]].concat());
    let loaded = files.load().unwrap_or_else(|error| panic!("{error}"));
    (files, loaded)
}

fn set_mode(files: &Files, name: &str, mode: u32) {
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(files.path().join(name), permissions).unwrap();
}

fn password(
    loaded: &Loaded,
    var: &dyn Fn(&str) -> Option<OsString>,
) -> Result<String, SecretError> {
    let secrets = loaded.settings.secrets_with(var)?;
    Ok(secrets.servicenow_password.unwrap().expose_secret().to_owned())
}

#[test]
fn a_password_is_read_from_its_file_anew_each_time() {
    let (files, loaded) = with_account("password_file = \"pw\"");
    files.write("pw", "first\n");
    set_mode(&files, "pw", 0o600);
    assert_eq!(password(&loaded, &no_var).unwrap(), "first");
    files.write("pw", "second");
    assert_eq!(password(&loaded, &no_var).unwrap(), "second");
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let (files, loaded) = with_account("password_file = \"pw\"");
    files.write("pw", SECRET);
    for mode in [0o640, 0o604, 0o660] {
        set_mode(&files, "pw", mode);
        let error = password(&loaded, &no_var).unwrap_err();
        assert!(matches!(error, SecretError::Open { mode: found, .. } if found == mode), "{error}");
        assert!(!error.to_string().contains(SECRET));
    }
}

#[test]
fn a_missing_or_empty_secret_is_an_error() {
    let (files, loaded) = with_account("password_file = \"pw\"");
    assert!(matches!(password(&loaded, &no_var), Err(SecretError::Unreadable { .. })));
    files.write("pw", "\n");
    set_mode(&files, "pw", 0o600);
    assert!(matches!(password(&loaded, &no_var), Err(SecretError::Empty { .. })));
    let (_files, loaded) = with_account("password_env = \"PW\"");
    assert!(matches!(password(&loaded, &no_var), Err(SecretError::NoVariable { .. })));
}

#[test]
fn a_password_is_read_from_the_environment() {
    let (_files, loaded) = with_account("password_env = \"PW\"");
    let var = |name: &str| (name == "PW").then(|| OsString::from(SECRET));
    assert_eq!(password(&loaded, &var).unwrap(), SECRET);
}

#[test]
fn a_credential_of_the_service_comes_before_a_file_beside_the_config() {
    let (files, loaded) = with_account("password_file = \"pw\"");
    files.write("pw", "beside");
    set_mode(&files, "pw", 0o600);
    files.write("credentials/pw", SECRET);
    set_mode(&files, "credentials/pw", 0o440);
    let folder = files.path().join("credentials");
    let var = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| folder.clone().into());
    assert_eq!(password(&loaded, &var).unwrap(), SECRET);
}

#[test]
fn nothing_that_is_shown_holds_a_secret() {
    let (files, loaded) = with_account("password_file = \"pw\"");
    files.write("pw", SECRET);
    set_mode(&files, "pw", 0o600);
    let secrets = loaded.settings.secrets().unwrap();
    let shown = [
        format!("{loaded:?}"),
        format!("{secrets:?}"),
        show(&loaded),
        show_json(&loaded).to_string(),
        serde_json::to_string(&loaded.settings).unwrap(),
        check(Some(&files.path().join("deskd.toml")), false).json().to_string(),
    ];
    for text in shown {
        assert!(!text.contains(SECRET), "{text}");
    }
}
