//! As much of XML as it takes to see whether a document is well formed.

/// The names of all elements in the order in which they open; an error where
/// tags do not match, or a character stands where none of its kind may.
pub(crate) fn elements(document: &str) -> Result<Vec<String>, String> {
    let (mut names, mut open) = (Vec::new(), Vec::new());
    let mut rest = document;
    while let Some(at) = rest.find('<') {
        characters(&rest[..at])?;
        if open.is_empty() && !rest[..at].trim().is_empty() {
            return Err(format!("text outside the root: {}", &rest[..at]));
        }
        let end = rest[at..].find('>').ok_or("a tag without end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let (inner, alone) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
        let name = inner.split(' ').next().unwrap_or_default();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(format!("<{tag}> has no name"));
        }
        if open.is_empty() && !names.is_empty() {
            return Err(format!("<{name}> is a second root"));
        }
        attributes(&inner[name.len()..])?;
        names.push(name.to_owned());
        if !alone {
            open.push(name);
        }
    }
    match open.last() {
        None if rest.trim().is_empty() => Ok(names),
        None => Err(format!("text behind the root: {rest}")),
        Some(name) => Err(format!("<{name}> stays open")),
    }
}

/// `name="value"`, any number of times, each name once.
fn attributes(mut rest: &str) -> Result<(), String> {
    let mut names = Vec::new();
    while !rest.trim_start().is_empty() {
        let inner = rest
            .strip_prefix(' ')
            .ok_or_else(|| format!("no space before {rest}"))?
            .trim_start();
        let (name, behind) = inner.split_once("=\"").ok_or_else(|| format!("{inner} has no value"))?;
        let (value, behind) = behind.split_once('"').ok_or_else(|| format!("{inner} stays open"))?;
        if names.contains(&name) || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(format!("attribute {name}"));
        }
        names.push(name);
        characters(value)?;
        rest = behind;
    }
    Ok(())
}

/// No control characters, and `&` only where it begins an entity.
fn characters(text: &str) -> Result<(), String> {
    if let Some(wrong) = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}'))
    {
        return Err(format!("{wrong:?} is no character of XML"));
    }
    for behind in text.split('&').skip(1) {
        let entity = behind.split(';').next().unwrap_or_default();
        if !matches!(entity, "amp" | "lt" | "gt" | "quot" | "#39") {
            return Err(format!("&{entity} is no entity"));
        }
    }
    Ok(())
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let check = |document: &str, fine: bool| assert_eq!(elements(document).is_ok(), fine, "{document}");
    check("<a b=\"1\" c=\"2\"><d/>x &amp; y</a>\n", true);
    for wrong in [
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "<a b></a>",
        "<a b=\"1\" b=\"2\"/>",
        "<a>&</a>",
        "<a>&nbsp;</a>",
        "<a>\u{1}</a>",
        "<a>< /a>",
        "<a b=\"1\"c=\"2\"/>",
    ] {
        check(wrong, false);
    }
}
