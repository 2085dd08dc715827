//! Logging in by a certificate: an instance that knows accounts by it sees ours, and nobody without
//! one gets through.

#![allow(missing_docs)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{answer, config, kind, serve};
use desk_servicenow::{Auth, Client, Config, Identity, Tls};
use rcgen::CertifiedKey;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const ID: &str = "0123456789abcdef0123456789abcdef";

/// A certificate and its key, as files.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    der: CertificateDer<'static>,
    key_der: PrivateKeyDer<'static>,
}

fn made(dir: &Path, name: &str) -> Files {
    let names = vec!["127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(names).expect("a certificate");
    let (certificate, key) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
    std::fs::write(&certificate, cert.pem()).expect("written");
    std::fs::write(&key, signing_key.serialize_pem()).expect("written");
    let key_der = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    Files { certificate, key, der: cert.der().clone(), key_der }
}

/// An instance before which a certificate is asked for that this one vouches for.
async fn instance(server: &Files, trusted: &Files) -> String {
    let body = format!(r#"{{"result":{{"sys_id":"{ID}"}}}}"#);
    let behind = serve(answer("200 x", &["content-type: application/json"], &body)).await;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).expect("a root");
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
        .build()
        .expect("a verifier");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![server.der.clone()], server.key_der.clone_key())
        .expect("a config");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listening");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut behind = TcpStream::connect(behind).await.expect("it listens");
                let _ = copy_bidirectional(&mut stream, &mut behind).await; // Either may be gone.
            });
        }
    });
    url
}

fn trusting(url: &str, server: &Files, own: Option<&Files>) -> Client {
    let mut config: Config = config(url);
    config.auth = Auth::Certificate;
    config.tls.authorities = Some(server.certificate.clone());
    config.tls.identity =
        own.map(|own| Identity { certificate: own.certificate.clone(), key: own.key.clone() });
    Client::new(config).expect("client")
}

#[tokio::test]
async fn a_certificate_logs_in_and_nobody_gets_through_without_the_right_one() {
    let dir = tempfile::tempdir().expect("folder");
    let [server, ours, another] = ["server", "ours", "another"].map(|name| made(dir.path(), name));
    let url = instance(&server, &ours).await;
    let id = ID.parse().expect("an id");
    for (own, expect) in [(Some(&ours), "done"), (Some(&another), "retry")] {
        let found = trusting(&url, &server, own).get("incident", &id, &[]).await;
        assert_eq!(kind(&found), expect, "{found}");
    }
    // An instance that we do not trust is not spoken to, whatever it asks for.
    let found = trusting(&url, &another, Some(&ours)).get("incident", &id, &[]).await;
    assert_eq!(kind(&found), "retry", "{found}");
}

#[test]
fn a_file_that_was_renewed_changes_what_all_of_them_hold() {
    let dir = tempfile::tempdir().expect("folder");
    let [ours, renewed] = ["ours", "renewed"].map(|name| made(dir.path(), name));
    let identity = Identity { certificate: ours.certificate.clone(), key: ours.key.clone() };
    let tls = Tls { identity: Some(identity), authorities: Some(ours.certificate.clone()) };
    let first = tls.digest().expect("read");
    assert_eq!(tls.digest(), Ok(first));
    std::fs::copy(&renewed.key, &ours.key).expect("copied");
    let second = tls.digest().expect("read");
    assert_ne!(second, first);
    std::fs::copy(&renewed.certificate, &ours.certificate).expect("copied");
    assert_ne!(tls.digest(), Ok(second));
    std::fs::remove_file(&ours.key).expect("removed");
    assert!(tls.digest().is_err());
    assert_ne!(Tls::default().digest(), Ok(first));
}
