//! The one TLS provider (rustls with ring). Certificates are verified unless the target says otherwise (S31).

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;

use crate::config::{Address, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::net::BoxedStream;
use crate::text;

/// Makes the rustls configuration of a target. Errors: an unreadable or invalid PEM file.
pub fn client_config(tls: &Tls) -> Result<ClientConfig, TargetError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| TargetError::new(TargetErrorKind::Tls, error.to_string()).caused_by(error))?;
    let builder = if tls.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAny(provider)))
    } else {
        builder.with_root_certificates(roots(tls)?)
    };
    match (&tls.cert, &tls.key) {
        (Some(cert), Some(key)) => {
            let chain = CertificateDer::pem_file_iter(cert)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| bad_pem(cert, error))?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| bad_pem(key, error))?;
            builder.with_client_auth_cert(chain, key).map_err(|error| {
                TargetError::new(TargetErrorKind::Tls, format!("client certificate: {error}"))
                    .caused_by(error)
            })
        }
        _ => Ok(builder.with_no_client_auth()),
    }
}

/// Wraps a stream in TLS. Errors: `Tls` (certificate, protocol); a peer that hangs up in the handshake is told apart,
/// since a full Redis does just that.
pub async fn wrap(stream: BoxedStream, address: &Address, tls: &Tls) -> Result<BoxedStream, TargetError> {
    let config = client_config(tls)?;
    let name = server_name(address, tls)?;
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(TargetError::new(TargetErrorKind::Tls, format!("{address} hung up in the TLS handshake"))
                .hint("no TLS on this port, or a full server: it has no other way to say so")
                .caused_by(error))
        }
        Err(error) => {
            Err(TargetError::new(TargetErrorKind::Tls, format!("TLS with {address} failed: {error}"))
                .hint("set the target's tls.ca (or tls.server_name); tls.insecure turns verification off")
                .caused_by(error))
        }
    }
}

/// The name that the certificate must carry.
pub fn server_name(address: &Address, tls: &Tls) -> Result<ServerName<'static>, TargetError> {
    let host = match (&tls.server_name, address) {
        (Some(name), _) => name.clone(),
        (None, Address::Tcp(host, _)) => host.clone(),
        (None, Address::Unix(_)) => "localhost".into(),
    };
    ServerName::try_from(host).map_err(|error| {
        TargetError::new(TargetErrorKind::Tls, format!("bad server name: {error}")).caused_by(error)
    })
}

fn roots(tls: &Tls) -> Result<RootCertStore, TargetError> {
    let mut store = RootCertStore::empty();
    if let Some(path) = &tls.ca {
        for cert in CertificateDer::pem_file_iter(path).map_err(|error| bad_pem(path, error))? {
            let cert = cert.map_err(|error| bad_pem(path, error))?;
            store.add(cert).map_err(|error| bad_pem(path, error))?;
        }
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(TargetError::new(TargetErrorKind::Tls, "no certificate authorities found")
            .hint("install ca-certificates, or set the target's tls.ca"));
    }
    Ok(store)
}

fn bad_pem(path: &std::path::Path, error: impl std::error::Error + Send + Sync + 'static) -> TargetError {
    TargetError::new(TargetErrorKind::Tls, format!("cannot use {}: {error}", text::path(path)))
        .caused_by(error)
}

/// Accepts every certificate; signatures are still checked. Used only with `tls.insecure`.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
