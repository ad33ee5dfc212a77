//! What a URL or an option file asks of TLS, in the words of any client: they call it by two dozen names, and none may be dropped.

use serde_json::Value;

use crate::config::Tls;
use crate::config::url::flag;

/// How much is asked for; what asks for more prevails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::config) enum Level {
    /// None, in so many words.
    Off,
    /// Where the server has it.
    IfThere,
    /// Encrypted; verified only when there is a CA to verify with, as in the clients.
    Encrypted,
    /// Encrypted and verified.
    Verified,
}

/// All that was said of TLS so far.
#[derive(Default)]
pub(in crate::config) struct Wish {
    level: Option<Level>,
    /// Somebody said that certificates are not to be verified.
    unverified: bool,
    /// Somebody said that they are, wherever there is TLS.
    verified: bool,
    pub files: Tls,
    /// What was understood otherwise than its author may think.
    pub notes: Vec<String>,
}

impl Wish {
    /// Asks for at least so much.
    pub(in crate::config) fn ask(&mut self, level: Level) {
        self.level = self.level.max(Some(level));
    }

    /// Takes back what was asked for: in an option file the later line counts.
    pub(in crate::config) fn turn_off(&mut self) {
        self.level = Some(Level::Off);
    }

    /// TLS, if it is used at all, accepts any certificate.
    pub(in crate::config) fn accept_any(&mut self) {
        self.unverified = true;
    }

    /// TLS, if it is used at all, is verified.
    pub(in crate::config) fn insist(&mut self) {
        self.verified = true;
    }

    /// A mode: of MySQL's clients, of libpq, or of a connector. Errors: a word that none of them has.
    pub(in crate::config) fn mode(&mut self, word: &str) -> Result<(), String> {
        match word.trim_start_matches(':').to_ascii_uppercase().replace('-', "_").as_str() {
            // Written and left empty.
            "" => {}
            "DISABLED" | "DISABLE" | "OFF" | "FALSE" => self.ask(Level::Off),
            "PREFERRED" | "PREFER" | "ALLOW" => self.ask(Level::IfThere),
            "REQUIRED" | "REQUIRE" | "TRUE" => self.ask(Level::Encrypted),
            "TRUST" | "NO_VERIFY" | "SKIP_VERIFY" => {
                self.ask(Level::Encrypted);
                self.accept_any();
            }
            "VERIFY_CA" | "VERIFY_IDENTITY" | "VERIFY_FULL" => self.ask(Level::Verified),
            _ => {
                return Err("has an unknown ssl-mode; known: DISABLED, PREFERRED, REQUIRED, VERIFY_CA, \
                            VERIFY_IDENTITY"
                    .into());
            }
        }
        Ok(())
    }

    /// `ssl=…` and `tls=…`: a flag, a mode, the options of a Node.js client as JSON, or the name of a profile in the program.
    pub(in crate::config) fn flag_or_mode(&mut self, key: &str, value: &str) {
        if let Ok(on) = flag(value) {
            self.ask(if on { Level::Verified } else { Level::Off });
        } else if value.trim_start().starts_with('{') {
            self.json(key, value);
        } else if self.mode(value).is_err() {
            // A name of the application's own (`ssl=Amazon RDS`, `tls=custom`): what it holds is not known here, that it is TLS is.
            self.ask(Level::Verified);
            self.notes.push(format!("`{key}` names options of the application: verified TLS is used"));
        }
    }

    /// The TLS options of a Node.js client. What cannot be read still asks for TLS.
    fn json(&mut self, key: &str, text: &str) {
        self.ask(Level::Verified);
        let Ok(Value::Object(options)) = serde_json::from_str(text) else {
            self.notes.push(format!("`{key}` could not be read as JSON: verified TLS is used"));
            return;
        };
        for (name, value) in options {
            match (name.as_str(), &value) {
                ("rejectUnauthorized", Value::Bool(false)) => self.accept_any(),
                ("rejectUnauthorized", _) => {}
                ("servername", Value::String(name)) => self.files.server_name = Some(name.clone()),
                _ => self.notes.push(format!("`{}` in `{key}` is passed over", shown(&name))),
            }
        }
    }

    /// An option that switches verification: on is a wish, off is one only where TLS is used anyway.
    pub(in crate::config) fn verify(&mut self, value: &str) -> Result<(), String> {
        if flag(value)? {
            self.ask(Level::Verified);
        } else {
            self.accept_any();
        }
        Ok(())
    }

    /// A file, or the name to verify. Says whether the key was one of those.
    pub(in crate::config) fn file(&mut self, key: &str, value: &str) -> bool {
        let place = match key {
            "sslrootcert" | "ssl-ca" | "ssl_ca" | "sslca" | "ca" | "serversslcert" | "ssl_ca_certs"
            | "ssl_cafile" => &mut self.files.ca,
            "sslcert" | "ssl-cert" | "ssl_cert" | "cert" | "ssl_certfile" => &mut self.files.cert,
            "sslkey" | "ssl-key" | "ssl_key" | "key" | "ssl_keyfile" => &mut self.files.key,
            "server_name" => {
                self.files.server_name = Some(value.into());
                return true;
            }
            _ => return false,
        };
        *place = Some(value).filter(|path| !path.is_empty()).map(Into::into);
        true
    }

    /// An option that is not known here, but is of TLS by its name: it is asked for, with verification.
    pub(in crate::config) fn unknown(&mut self, key: &str, value: &str) -> bool {
        let of_tls = ["ssl", "tls", "cert", "truststore", "keystore"].iter().any(|word| key.contains(word));
        if of_tls && flag(value) != Ok(false) {
            self.ask(Level::Verified);
            self.notes.push(format!("`{}` is not known here: verified TLS is used", shown(key)));
        }
        of_tls
    }

    /// What was asked for most.
    pub(in crate::config) fn level(&self) -> Option<Level> {
        self.level
    }

    /// Whether any certificate is to be accepted.
    pub(in crate::config) fn is_unverified(&self) -> bool {
        self.unverified
    }

    /// Whether it was said that certificates are to be verified, wherever there is TLS.
    pub(in crate::config) fn is_verified(&self) -> bool {
        self.verified
    }

    /// Whether it was said how TLS is to be, and not that it is to be.
    pub(in crate::config) fn has_only_details(&self) -> bool {
        self.level.is_none() && (self.unverified || self.verified || self.files != Tls::default())
    }

    /// What comes of it. A file asks for verified TLS, unless none is wanted in so many words.
    pub(in crate::config) fn outcome(&mut self) -> Option<Tls> {
        let level = match self.level {
            None if self.files == Tls::default() && !self.verified => return None,
            None => Level::Verified,
            Some(Level::IfThere) if self.files == Tls::default() => {
                self.notes
                    .push("TLS only where the server has it is no TLS here: REQUIRED asks for it".into());
                return None;
            }
            Some(level) => level,
        };
        let insecure = match level {
            Level::Off => return None,
            Level::Encrypted if !self.verified => self.unverified || self.files.ca.is_none(),
            Level::IfThere | Level::Encrypted | Level::Verified => self.unverified,
        };
        Some(Tls { insecure, ..self.files.clone() })
    }
}

/// The name of an option, as it may be shown: what does not look like one may be a piece of a password.
pub(in crate::config) fn shown(key: &str) -> &str {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (1..=40).contains(&key.len()) && key.chars().all(fits) { key } else { "***" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(say: impl FnOnce(&mut Wish)) -> Option<bool> {
        let mut wish = Wish::default();
        say(&mut wish);
        wish.outcome().map(|tls| !tls.insecure)
    }

    #[test]
    fn what_asks_for_more_prevails() {
        assert_eq!(of(|_| {}), None);
        assert_eq!(of(|wish| wish.ask(Level::Off)), None);
        assert_eq!(
            of(|wish| [Level::Verified, Level::Off].map(|level| wish.ask(level)).into_iter().collect()),
            Some(true)
        );
        assert_eq!(of(|wish| wish.ask(Level::Encrypted)), Some(false));
        assert_eq!(of(|wish| wish.accept_any()), None, "not to verify is no wish for TLS");
    }

    #[test]
    fn json_options_are_those_of_node() {
        assert_eq!(of(|wish| wish.flag_or_mode("ssl", r#"{"rejectUnauthorized":true}"#)), Some(true));
        assert_eq!(of(|wish| wish.flag_or_mode("ssl", r#"{"rejectUnauthorized":false}"#)), Some(false));
        assert_eq!(of(|wish| wish.flag_or_mode("ssl", "{}")), Some(true));
        assert_eq!(of(|wish| wish.flag_or_mode("ssl", "{rejectUnauthorized: false}")), Some(true));
        let mut wish = Wish::default();
        wish.flag_or_mode("ssl", r#"{"ca":"-----BEGIN"}"#);
        assert_eq!(wish.notes, ["`ca` in `ssl` is passed over"]);
    }

    #[test]
    fn a_name_that_only_sounds_of_tls_asks_for_it() {
        assert_eq!(of(|wish| _ = wish.unknown("trustcertificatekeystoreurl", "file:/x.jks")), Some(true));
        assert_eq!(of(|wish| _ = wish.unknown("enabletls", "false")), None);
        assert_eq!(of(|wish| _ = wish.unknown("charset", "utf8mb4")), None);
    }
}
