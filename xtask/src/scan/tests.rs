use super::*;

/// The words that stay, in order.
fn seen(text: &str) -> Vec<String> {
    let masked = mask(text);
    assert_eq!(masked.len(), text.len(), "offsets must not move in {text:?}");
    words(&masked).map(|(_, word)| word.to_owned()).collect()
}

#[test]
fn comments_and_literals_are_hidden() {
    for (text, expect) in [
        ("a // b\nc", vec!["a", "c"]),
        ("/// a\n//! b\nc", vec!["c"]),
        ("a /* b /* c */ d */ e", vec!["a", "e"]),
        (r#"a "b \" c" d"#, vec!["a", "d"]),
        (r##"a r#"b " c"# d"##, vec!["a", "d"]),
        (r#"a r"b\" c"#, vec!["a", "c"]),
        (r#"a b"c" br"d" c"e" f"#, vec!["a", "b", "c", "f"]),
        (r"let a = '\''; b", vec!["let", "a", "b"]),
        (r"let a = '\u{1F600}'; b", vec!["let", "a", "b"]),
        ("let a = '\"'; b", vec!["let", "a", "b"]),
        ("let a = b'\"'; c", vec!["let", "a", "b", "c"]),
        ("fn a<'b>(c: &'b str) {}", vec!["fn", "a", "b", "c", "b", "str"]),
        ("let r#type = \"a\";", vec!["let", "r", "type"]),
        ("let \u{e9} = '\u{e9}'; a", vec!["let", "\u{e9}", "a"]),
        ("\"never closed", vec![]),
        ("/* never closed", vec![]),
    ] {
        assert_eq!(seen(text), expect, "{text}");
    }
}

#[test]
fn tests_are_hidden_and_nothing_else_is() {
    for (text, expect) in [
        ("a; #[cfg(test)] mod tests { b { c } } d;", vec!["a", "d"]),
        ("#[cfg(test)]\nmod tests;\nd;", vec!["d"]),
        ("#[cfg(test)] #[allow(x)] fn b(c: [u8; 2]) -> u8 { e } d;", vec!["d"]),
        ("#[cfg(all(test, unix))] use b::{c, e}; d;", vec!["d"]),
        ("#![cfg(test)] a; b", vec![]),
        ("#[cfg(not(test))] a;", vec!["cfg", "not", "test", "a"]),
        ("#[cfg(unix)] a;", vec!["cfg", "unix", "a"]),
        ("#[test] fn a() {}", vec!["test", "fn", "a"]),
    ] {
        let shipped = without_tests(&mask(text));
        assert_eq!(shipped.len(), text.len(), "{text}");
        let left: Vec<&str> = words(&shipped).map(|(_, word)| word).collect();
        assert_eq!(left, expect, "{text}");
    }
}

#[test]
fn use_trees_are_expanded() {
    for (text, expect) in [
        ("use a::b;", vec!["a::b"]),
        ("use ::a::b as c;", vec!["a::b"]),
        (
            "use a::{b, c::{d, e as f}, g::*};",
            vec!["a::b", "a::c::d", "a::c::e", "a::g::*"],
        ),
        ("use a::{\n    b,\n    self,\n};", vec!["a::b", "a::self"]),
        ("pub(crate) use {a, b::c};", vec!["a", "b::c"]),
        ("use a::{};", vec![]),
    ] {
        let found: Vec<String> = imports(text).into_iter().map(|(_, path)| path).collect();
        assert_eq!(found, expect, "{text}");
    }
    assert_eq!(paths_at("a::b::c::<u8>(d, e)", 0), ["a::b::c"]);
}

#[test]
fn only_functions_with_bodies_count() {
    let code = "trait A { fn a(); fn b(x: [u8; 2]) -> u8 { 1 } } type B = fn(u8) -> u8; fn c<T>() where T: D {}";
    let names: Vec<&str> = function_bodies(code).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["b", "c"]);
}

#[test]
fn lines_start_at_one() {
    assert_eq!(line_at("a\nb", 0), 1);
    assert_eq!(line_at("a\nb", 2), 2);
}
