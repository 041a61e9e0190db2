//! Why a server's certificate is not believed, in words that say what to do.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// Why the certificate of the other side is not believed; `None` where something else went wrong. Asking again changes
/// nothing about it.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = cause.downcast_ref() {
            return Some(words(why));
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            // What an error of IO holds is not what it names as its source.
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

fn words(why: &CertificateError) -> String {
    let (what, hint) = match why {
        CertificateError::UnknownIssuer => (
            "was issued by an authority that is not trusted".to_owned(),
            "if a proxy of yours opens connections, name its authority as the ca file",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("is for another host".to_owned(), "check the host in the base url")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "has expired".to_owned(),
            "check this machine's clock; if that is right, the server has to renew it",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("is not valid yet".to_owned(), "check this machine's clock")
        }
        CertificateError::Revoked => ("was revoked".to_owned(), "do not send a key there"),
        // webpki has this only as an error of its own, which rustls hands on as it is.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => (
            "is signed by itself".to_owned(),
            "a server needs one that an authority has issued; name that authority as the ca file",
        ),
        other => (
            format!("cannot be used: {other}"),
            "check the base url, and whether a proxy opens connections",
        ),
    };
    format!("the server's certificate {what}; {hint}")
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::sync::Arc;

    use super::*;

    /// As webpki calls it.
    #[derive(Debug)]
    struct CaUsedAsEndEntity;

    impl fmt::Display for CaUsedAsEndEntity {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "{self:?}")
        }
    }

    impl Error for CaUsedAsEndEntity {}

    #[test]
    fn each_kind_of_distrust_is_told_with_what_to_do() {
        let check = |why: CertificateError, expected: &str| {
            let error = io::Error::other(rustls::Error::InvalidCertificate(why));
            let told = reason(&io::Error::other(error)).unwrap();
            assert!(told.starts_with(expected) && told.contains("; "), "{told}");
            assert!(!told.contains("Error"), "{told}");
        };
        let the = |what: &str| format!("the server's certificate {what}");
        check(CertificateError::UnknownIssuer, &the("was issued by an authority"));
        check(CertificateError::NotValidForName, &the("is for another host"));
        check(CertificateError::Expired, &the("has expired"));
        check(CertificateError::NotValidYet, &the("is not valid yet"));
        check(CertificateError::Revoked, &the("was revoked"));
        check(CertificateError::BadSignature, &the("cannot be used"));
        let other = rustls::OtherError(Arc::new(CaUsedAsEndEntity));
        check(CertificateError::Other(other), &the("is signed by itself"));
    }

    #[test]
    fn other_errors_are_none_of_the_certificate() {
        for error in [
            io::Error::other("refused"),
            io::Error::other(rustls::Error::HandshakeNotComplete),
            io::Error::from(io::ErrorKind::ConnectionRefused),
        ] {
            assert_eq!(reason(&error), None, "{error}");
        }
    }
}
