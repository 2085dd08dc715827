//! The door with a certificate: what is not TLS gets nothing, handshakes are bounded, and another
//! certificate is taken over without a connection being dropped.

use super::house::{House, PATIENCE};
use crate::config::{HttpTls, MetricsRead};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The first bytes of a client's hello: that a handshake follows, of so many bytes.
const HALF_A_HELLO: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];
const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// A certificate's two files, and the clients that trust what was written there.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn certificate(&self) -> PathBuf {
        self.0.path().join("desk.pem")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("desk.key")
    }

    /// Puts a new certificate and its key in place.
    fn renew(&self) -> CertificateDer<'static> {
        let (certificate, key) = made();
        write(&self.certificate(), &certificate);
        write(&self.key(), &key);
        CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()
    }
}

fn made() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A house whose door speaks TLS, and its certificate.
async fn secured(change: impl FnOnce(&mut HttpTls)) -> (House, Files, CertificateDer<'static>) {
    let files = Files::new();
    let certificate = files.renew();
    let house = House::with(|_, http| {
        http.header_secs = 1;
        http.tls.certificate = Some(files.certificate());
        http.tls.key = Some(files.key());
        change(&mut http.tls);
    })
    .await;
    (house, files, certificate)
}

/// A connection of a client that trusts this certificate alone.
async fn connect(house: &House, trusted: &CertificateDer<'static>) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(house.addr).await.unwrap();
    let name = "localhost".try_into().unwrap();
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream);
    timeout(PATIENCE, shaken).await.expect("a handshake in time").expect("a certificate we trust")
}

/// Asks for the desk's health.
async fn healthy(stream: &mut TlsStream<TcpStream>) {
    stream.write_all(REQUEST).await.unwrap();
    let mut came = Vec::new();
    while !came.ends_with(b"}") {
        assert!(timeout(PATIENCE, stream.read_buf(&mut came)).await.unwrap().unwrap() > 0);
    }
    assert!(came.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&came));
}

/// Sends this in clear; what came until the connection was closed.
async fn in_clear(house: &House, sent: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(house.addr).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut came = Vec::new();
    let read = stream.read_to_end(&mut came);
    // What is closed while bytes are unread is closed with a reset.
    let _ = timeout(PATIENCE, read).await.expect("the connection is closed");
    came
}

#[tokio::test]
async fn plain_text_at_the_tls_port_is_closed_and_never_answered() {
    let (house, _files, certificate) = secured(|_| ()).await;
    let came = in_clear(&house, REQUEST).await;
    // At most an alert of TLS.
    assert!(came.is_empty() || came[0] == 21, "{}", String::from_utf8_lossy(&came));
    let mut stream = connect(&house, &certificate).await;
    healthy(&mut stream).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), None);
}

#[tokio::test]
async fn a_stalled_handshake_is_closed() {
    let (house, _files, _) = secured(|tls| tls.handshake_secs = 1).await;
    for sent in [&b""[..], HALF_A_HELLO] {
        assert_eq!(in_clear(&house, sent).await, b"");
    }
}

#[tokio::test]
async fn handshakes_are_counted_by_what_came_of_them() {
    let (house, _files, certificate) = secured(|tls| tls.handshake_secs = 1).await;
    house.whole.send_modify(|settings| settings.metrics.read = MetricsRead::Open);
    in_clear(&house, REQUEST).await;
    in_clear(&house, HALF_A_HELLO).await;
    let mut stream = connect(&house, &certificate).await;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut came = Vec::new();
    while !came.ends_with(b"# EOF\n") {
        assert!(timeout(PATIENCE, stream.read_buf(&mut came)).await.unwrap().unwrap() > 0);
    }
    let text = String::from_utf8(came).unwrap();
    for came in ["done", "failed", "late"] {
        let line = format!("deskd_tls_handshakes_total{{came=\"{came}\"}} 1\n");
        assert!(text.contains(&line), "{text}");
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_after_its_handshake_is_closed() {
    let (house, _files, certificate) = secured(|_| ()).await;
    let mut stream = connect(&house, &certificate).await;
    let mut came = Vec::new();
    // With no word, not even one of TLS: nobody listens.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut came)).await.expect("it is closed");
    assert_eq!(came, b"");
}

#[tokio::test]
async fn beyond_the_most_handshakes_the_next_waits_until_one_is_over() {
    let (house, _files, certificate) = secured(|tls| {
        tls.handshakes = 1;
        tls.handshake_secs = 1;
    })
    .await;
    // One that stands takes no place of a handshake.
    let mut standing = connect(&house, &certificate).await;
    let mut stalled = TcpStream::connect(house.addr).await.unwrap();
    stalled.write_all(HALF_A_HELLO).await.unwrap();
    let mut came = Vec::new();
    let first = tokio::select! {
        biased;
        _ = stalled.read_to_end(&mut came) => "the stalled one was closed",
        _ = connect(&house, &certificate) => "the next one came in",
    };
    assert_eq!(first, "the stalled one was closed");
    healthy(&mut connect(&house, &certificate).await).await;
    // It was silent meanwhile, as long as a head may take.
    let _ = standing.read_to_end(&mut came).await;
}

#[tokio::test]
async fn another_certificate_is_taken_over_and_no_connection_is_dropped() {
    let (house, files, before) = secured(|_| ()).await;
    let mut standing = connect(&house, &before).await;
    let after = files.renew();
    house.tls.as_ref().unwrap().look();
    healthy(&mut standing).await;
    healthy(&mut connect(&house, &after).await).await;
}

#[tokio::test]
async fn a_certificate_that_cannot_serve_leaves_the_one_before_in_force_and_is_said() {
    let (house, files, before) = secured(|_| ()).await;
    let tls = house.tls.as_ref().unwrap();
    let sound = [files.certificate(), files.key()].map(|path| fs::read_to_string(path).unwrap());
    let (foreign, _) = made();
    let said = async |why: &str| {
        tls.look();
        let problem = tls.problem().unwrap_or_else(|| panic!("said nothing of {why}"));
        assert!(problem.contains(why), "{problem}");
        assert!(!problem.contains(sound[1].lines().nth(1).unwrap()), "a part of the key is said");
        healthy(&mut connect(&house, &before).await).await;
    };
    write(&files.certificate(), "no certificate");
    said("http.tls.certificate: no certificate stands there").await;
    write(&files.certificate(), &sound[0][..sound[0].len() / 2]);
    said("http.tls.certificate: ").await;
    write(&files.certificate(), &foreign);
    said("http.tls: ").await;
    fs::remove_file(files.certificate()).unwrap();
    said("cannot be read").await;
    write(&files.certificate(), &sound[0]);
    write(&files.key(), &sound[0]);
    said("http.tls.key: no private key").await;
    write(&files.key(), &sound[1]);
    fs::set_permissions(files.key(), fs::Permissions::from_mode(0o640)).unwrap();
    said("open to others").await;
    fs::set_permissions(files.key(), fs::Permissions::from_mode(0o600)).unwrap();
    tls.look();
    assert_eq!(tls.problem(), None);
    let after = files.renew();
    tls.look();
    healthy(&mut connect(&house, &after).await).await;
}

#[tokio::test]
async fn a_session_s_cookie_goes_over_tls_alone() {
    let (house, _files, certificate) = secured(|_| ()).await;
    let body = serde_json::json!({ "token": house.token().await }).to_string();
    let ask = format!(
        "POST /v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = connect(&house, &certificate).await;
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut came = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut came)).await.unwrap().unwrap();
    let cookie = came.lines().find(|line| line.starts_with("set-cookie: ")).expect(&came);
    assert!(cookie.contains("; Secure"), "{cookie}");
}
