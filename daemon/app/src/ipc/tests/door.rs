//! The socket's file.

use crate::ipc::{BindError, bind};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

#[tokio::test]
async fn the_socket_has_the_mode_of_the_config() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    for mode in [0o600, 0o660] {
        let door = bind(&path, mode).unwrap();
        let found = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{found:o}");
        assert_eq!(door.path(), path);
    }
}

#[tokio::test]
async fn a_socket_where_somebody_listens_is_never_taken() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    let _door = bind(&path, 0o600).unwrap();
    assert!(matches!(bind(&path, 0o600), Err(BindError::InUse { .. })));
    assert!(tokio::net::UnixStream::connect(&path).await.is_ok(), "the first one still listens");
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "a daemon that was killed leaves its file");
    let _door = bind(&path, 0o600).unwrap();
    assert!(tokio::net::UnixStream::connect(&path).await.is_ok());
}

#[tokio::test]
async fn what_is_not_a_socket_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s");
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(bind(&path, 0o600), Err(BindError::NotASocket { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn a_path_that_is_too_long_is_named_with_its_length() {
    let path = std::path::Path::new("/tmp").join("x".repeat(120));
    assert!(matches!(bind(&path, 0o600), Err(BindError::TooLong { bytes: 125, .. })));
}
