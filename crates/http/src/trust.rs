//! Who vouches for a broker: the public authorities that Mozilla trusts, as they were when this was built.
//!
//! Not those of the machine: a variable of the environment names a file of them, and together with a proxy, which the
//! environment names too, whoever writes a `.env` would read every key.

use std::fmt;
use std::sync::{Arc, OnceLock};

use reqwest::Certificate;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Certificates of an authority that is trusted beside the public ones, such as that of a company whose proxy opens
/// every connection. It can read the key.
#[derive(Clone, Eq, PartialEq)]
pub struct Authority(Arc<[u8]>);

/// Why a text is no certificate of an authority.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "there is no certificate in it that can be read; it holds PEM, which begins with `-----BEGIN CERTIFICATE-----`"
)]
pub struct AuthorityError;

impl Authority {
    /// Reads certificates as PEM: one, or several one after the other.
    ///
    /// # Errors
    /// If there is none, or one that cannot be used.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthorityError> {
        let certificates = Certificate::from_pem_bundle(pem).map_err(|_| AuthorityError)?;
        install_crypto();
        // A client is what reads the certificates themselves.
        let builder = reqwest::Client::builder().tls_certs_only(certificates.clone());
        if certificates.is_empty() || builder.build().is_err() {
            return Err(AuthorityError);
        }
        Ok(Self(pem.into()))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authority(…)")
    }
}

/// The public authorities, and one more.
pub(crate) fn roots(more: Option<&Authority>) -> reqwest::Result<Vec<Certificate>> {
    let mut roots = more.map_or(Ok(Vec::new()), |more| Certificate::from_pem_bundle(&more.0))?;
    for root in TLS_SERVER_ROOT_CERTS {
        roots.push(Certificate::from_der(root)?);
    }
    Ok(roots)
}

/// Makes ring the process's cryptography, once. If the process has chosen another, that one is used.
pub(crate) fn install_crypto() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("a cryptography provider is installed already");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_authorities_can_be_used() {
        install_crypto();
        let roots = roots(None).unwrap();
        assert!(roots.len() > 100, "{}", roots.len());
        reqwest::Client::builder().tls_certs_only(roots).build().unwrap();
    }

    /// As other tools write it.
    fn pem(der: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for three in der.chunks(3) {
            let bits = (0..3).fold(0, |bits, at| {
                bits << 8 | usize::from(three.get(at).copied().unwrap_or(0))
            });
            for at in 0..4 {
                let digit = char::from(DIGITS[bits >> (18 - 6 * at) & 63]);
                text.push(if at > three.len() { '=' } else { digit });
            }
        }
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    }

    #[test]
    fn an_authority_is_trusted_beside_the_public_ones() {
        let both = pem(&TLS_SERVER_ROOT_CERTS[0]) + &pem(&TLS_SERVER_ROOT_CERTS[1]);
        let authority = Authority::from_pem(both.as_bytes()).unwrap();
        assert_eq!(roots(Some(&authority)).unwrap().len(), roots(None).unwrap().len() + 2);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        for pem in [
            "",
            "no certificate",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            assert_eq!(Authority::from_pem(pem.as_bytes()), Err(AuthorityError), "{pem}");
        }
    }
}
