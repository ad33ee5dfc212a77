//! A certificate authority for one test, and what it signs, as PEM files that a server of any account can read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// An authority, a certificate for `127.0.0.1` and `localhost`, and one for a client. The files go with the value.
pub struct Certs {
    folder: tempfile::TempDir,
}

impl Certs {
    /// Makes and writes them all.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("readable");
        let certs = Self { folder };
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        // An issuer of the same name as its subject would look self-signed.
        params.distinguished_name.push(DnType::CommonName, "stampede test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        certs.write("ca.pem", &authority.pem());
        for (name, names) in [
            ("server", vec!["127.0.0.1".to_owned(), "localhost".to_owned()]),
            ("client", vec!["ops".to_owned()]),
        ] {
            let key = KeyPair::generate().expect("a key");
            let mut params = CertificateParams::new(names).expect("parameters");
            params.distinguished_name.push(DnType::CommonName, name);
            certs.write(&format!("{name}.pem"), &params.signed_by(&key, &authority).expect("signed").pem());
            certs.write(&format!("{name}.key"), &key.serialize_pem());
        }
        certs
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    /// `ca.pem`, `server.pem`, `server.key`, `client.pem` or `client.key`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text, for a server's arguments.
    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}
