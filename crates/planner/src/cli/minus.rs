//! Values below zero, which the parser takes for flags.

use std::ffi::OsString;

use crate::report::Trouble;

/// What to say of a command line that was not understood, when a flag in it is followed by something like `-1` or `-5%`.
/// No flag takes a value below zero.
pub(crate) fn below_zero(arguments: &[OsString]) -> Option<Trouble> {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    words.windows(2).find_map(|pair| {
        let [flag, value] = pair else { return None };
        let digits = value.strip_prefix('-')?.trim_start_matches('$');
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        (is_number && flag.starts_with("--") && flag.len() > 2 && !flag.contains('=')).then(|| {
            Trouble::usage(format!(
                "`{value}` is below zero, and `{flag}` takes nothing below zero"
            ))
            .hint(format!(
                "write `{flag} {}`, or leave it out",
                value.trim_start_matches('-')
            ))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_after_a_flag_is_meant() {
        let check = |line: &str, expected: Option<&str>| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let said = below_zero(&words).map(|trouble| trouble.lines());
            assert_eq!(said.is_some(), expected.is_some(), "{line}: {said:?}");
            let (said, expected) = (said.unwrap_or_default(), expected.unwrap_or_default());
            assert!(said.contains(expected), "{line}: {said}");
        };
        check(
            "planner quote H100 --hours -1",
            Some("`-1` is below zero, and `--hours`"),
        );
        check("planner extend x --by -1h", Some("write `--by 1h`"));
        check("planner diff a b --max-increase -5%", Some("`-5%` is below zero"));
        check("planner quote H100 --max-price -$.5", Some("`-$.5` is below zero"));
        check("planner quote H100 --hours=-1", None);
        check("planner quote H100 --spot -v", None);
        check("planner quote -- -1", None);
        check("planner quote -1", None);
    }
}
