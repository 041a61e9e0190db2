//! Secrets of one run, in every form in which they could leak.

use crate::dice::Dice;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A text that must turn up nowhere.
#[derive(Debug, Clone)]
pub(super) struct Canary {
    /// What it stands for.
    pub(super) what: &'static str,
    text: String,
}

impl Canary {
    /// One whose JSON, percent and plain forms all differ.
    pub(super) fn new(what: &'static str, dice: &mut Dice) -> Self {
        let mut letters = |count: usize| -> String { (0..count).map(|_| char::from(dice.pick(LETTERS))).collect() };
        let text = format!("cn{}\"+\\/{}", letters(12), letters(12));
        Self { what, text }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Every form to look for. The first is a part of it alone.
    pub(super) fn forms(&self) -> Vec<Vec<u8>> {
        let bytes = self.text.as_bytes();
        let hex = bytes
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        let mut forms = vec![
            bytes[..14].to_vec(),
            bytes.to_vec(),
            self.text.replace('\\', "\\\\").replace('"', "\\\"").into_bytes(),
            self.text.replace('\\', "\\u005c").replace('"', "\\u0022").into_bytes(),
            percent(bytes, |byte| format!("%{byte:02X}")).into_bytes(),
            percent(bytes, |byte| format!("%{byte:02x}")).into_bytes(),
            hex.to_ascii_uppercase().into_bytes(),
            hex.into_bytes(),
        ];
        for skipped in 0..3 {
            let standard = base64(bytes, skipped);
            forms.push(standard.replace('+', "-").replace('/', "_").into_bytes());
            forms.push(standard.into_bytes());
        }
        forms
    }
}

fn percent(bytes: &[u8], escaped: impl Fn(u8) -> String) -> String {
    let one = |byte: &u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(*byte).to_string()
        } else {
            escaped(*byte)
        }
    };
    bytes.iter().map(one).collect()
}

/// What of the text is the same in any base64 in which it begins `skipped`
/// bytes after a full group: all but the digits that it shares with others.
fn base64(bytes: &[u8], skipped: usize) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let own = &bytes[(3 - skipped) % 3..];
    let groups = own.chunks_exact(3);
    let digits = groups.flat_map(|group| {
        let bits = group
            .iter()
            .fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift) & 63]))
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_that_others_write() {
        let canary = Canary {
            what: "test",
            text: "cnABCDEFGHIJKL\"+\\/abcdefghijkl".to_owned(),
        };
        let forms: Vec<String> = canary
            .forms()
            .into_iter()
            .map(|form| String::from_utf8(form).unwrap())
            .collect();
        // Reckoned with other tools: `base64`, `xxd -p`, JSON and percent by hand.
        for form in [
            "cnABCDEFGHIJKL",
            r#"cnABCDEFGHIJKL\"+\\/abcdefghijkl"#,
            "cnABCDEFGHIJKL%22%2B%5C%2Fabcdefghijkl",
            "cnABCDEFGHIJKL%22%2b%5c%2fabcdefghijkl",
            "636e4142434445464748494a4b4c222b5c2f6162636465666768696a6b6c",
            "Y25BQkNERUZHSElKS0wiK1wvYWJjZGVmZ2hpamts",
            // In the base64 of "x" and it, and of "xx" and it.
            "QUJDREVGR0hJSktMIitcL2FiY2RlZmdoaWpr",
            "bkFCQ0RFRkdISUpLTCIrXC9hYmNkZWZnaGlq",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form} in {forms:?}");
        }
    }
}
