//! A certificate of our own making, for clients that speak https alone.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificate's file in the data folder: what clients are told to trust.
pub(crate) const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";

/// Serves TLS by the certificate in `dir`, which is made when there is none.
pub(crate) fn acceptor(dir: &Path) -> io::Result<TlsAcceptor> {
    let (certificate, key) = (dir.join(CERTIFICATE), dir.join(KEY));
    if !(certificate.exists() && key.exists()) {
        make(&certificate, &key)?;
    }
    let chain = CertificateDer::pem_file_iter(&certificate).map_err(io::Error::other)?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(&key).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(io::Error::other)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// For `localhost` and the loopback addresses, which is all that a sandbox is reached by.
fn make(certificate: &Path, key: &Path) -> io::Result<()> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
    write_private(key, &made.signing_key.serialize_pem())?;
    fs::write(certificate, made.cert.pem())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}
