//! Names are ours or they are not.

use super::*;

/// How much of a name is what it says; the rest is the proof.
const SAID: usize = 31;

fn identity(first: u8) -> Identity {
    let mut bytes = [7; 36];
    bytes[0] = first;
    bytes[35] = first;
    Identity::from_bytes(bytes)
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn tag() -> Tag {
    Tag::new(&identity(1), 0xab_cdef_0123, 20, 1, time("2026-11-22T09:30:59Z")).unwrap()
}

#[test]
fn a_name_says_what_it_was_made_of() {
    let check = |intent: u64, slot: u16, attempt: u8, expiry: &str, expected: &str| {
        let tag = Tag::new(&identity(1), intent, slot, attempt, time(expiry)).unwrap();
        assert_eq!(tag.to_string(), expected);
        assert_eq!(format!("{tag:?} {tag:>36}"), format!("Tag({expected:?})  {expected}"));
        let read = Tag::read(&identity(1), expected).unwrap();
        assert_eq!(read, tag);
        let said = (read.intent(), read.slot(), read.attempt(), read.expiry());
        let minute = Timestamp::from_second(time(expiry).as_second().div_euclid(60) * 60).unwrap();
        assert_eq!(said, (intent, slot, attempt, minute));
        let shape = Tag::shape(expected).unwrap();
        assert_eq!(shape.installation, identity(1).installation());
    };
    check(0, 0, 0, "1970-01-01T00:00:00Z", "gp-dqobyb-aaaaaaaa-00a0-x00000-ia4n");
    check(
        0xab_cdef_0123,
        20,
        1,
        "2026-11-22T09:30:59Z",
        "gp-dqobyb-vpg66ajd-0ka1-xhtc7u-eqmn",
    );
    check(
        (1 << 40) - 1,
        1295,
        35,
        "2084-12-18T09:35:59Z",
        "gp-dqobyb-77777777-zzaz-xzzzzz-6qlb",
    );
}

#[test]
fn what_has_no_place_in_a_name_is_refused() {
    let check = |intent: u64, slot: u16, attempt: u8, expiry: &str, hint: &str| {
        let refused = Tag::new(&identity(1), intent, slot, attempt, time(expiry)).unwrap_err();
        assert!(refused.to_string().contains(hint), "{refused}");
    };
    check(1 << 40, 0, 0, "2026-11-22T09:30:00Z", "40 bits");
    check(u64::MAX, 0, 0, "2026-11-22T09:30:00Z", "40 bits");
    check(0, 1296, 0, "2026-11-22T09:30:00Z", "split the plan");
    check(0, 0, 36, "2026-11-22T09:30:00Z", "begin a new plan");
    check(0, 0, 0, "1969-12-31T23:59:59Z", "before 2084");
    check(0, 0, 0, "2084-12-18T09:36:00Z", "before 2084");
    check(0, 0, 0, "9999-01-01T00:00:00Z", "before 2084");
}

#[test]
fn every_change_of_one_character_is_refused() {
    let whole = tag().to_string();
    let others = (b' '..=b'~').map(char::from).chain(['\0', '\u{430}', '\u{200b}']);
    let mut tried = 0;
    for other in others {
        for at in 0..LENGTH {
            let mut changed: Vec<char> = whole.chars().collect();
            if changed[at] == other {
                continue;
            }
            changed[at] = other;
            let changed: String = changed.into_iter().collect();
            assert_eq!(Tag::read(&identity(1), &changed), None, "{changed}");
            tried += 1;
        }
    }
    assert_eq!(tried, 35 * 97);
}

#[test]
fn two_characters_that_change_places_are_noticed() {
    let whole = tag().to_string();
    for at in 1..LENGTH {
        let mut changed: Vec<char> = whole.chars().collect();
        changed.swap(at - 1, at);
        let changed: String = changed.into_iter().collect();
        if changed != whole {
            assert_eq!(Tag::read(&identity(1), &changed), None, "{changed}");
        }
    }
}

#[test]
fn names_of_others_are_known_for_what_they_are() {
    let whole = tag().to_string();
    let ours = identity(1).installation().to_owned();
    let theirs = identity(2).installation().to_owned();
    let upper = whole.to_uppercase();
    let check = |name: &str, shape: Option<&str>| {
        assert_eq!(Tag::read(&identity(1), name), None, "{name}");
        let found = Tag::shape(name).map(|foreign| foreign.installation);
        assert_eq!(found.as_deref(), shape, "{name}");
    };
    // Of another installation, with a proof of its own key; and one that another installation signs with our name on it.
    let other = Tag::new(&identity(2), 5, 0, 1, time("2026-11-22T09:30:00Z")).unwrap();
    check(other.name(), Some(&theirs));
    check(&whole.replace(&ours, &theirs), Some(&theirs));
    check(&other.name().replace(&theirs, &ours), Some(&ours));
    // The right proof of another name.
    check(&format!("{}{}", &whole[..SAID], &other.name()[SAID..]), Some(&ours));
    for name in [
        "",
        "gp-",
        "my-training-run",
        upper.as_str(),
        &format!("{whole} "),
        &format!(" {whole}"),
        &format!("{whole}x"),
        &format!("{whole}\0"),
        &whole[1..],
        &whole[..34],
        &whole.replace('-', "_"),
        &whole.replacen("gp", "pg", 1),
        &"-".repeat(LENGTH),
        &"a".repeat(LENGTH),
        &"\u{e9}".repeat(LENGTH),
        &"\u{1f600}".repeat(9)[..35 - 35 % 4],
    ] {
        check(name, None);
    }
}

/// A look-alike is as likely as 20 bits make it: about one in a million.
#[test]
fn look_alikes_are_rare() {
    let identity = identity(1);
    let said = &tag().to_string()[..SAID];
    let accepted = (0..1_u64 << 20)
        .step_by(64)
        .filter(|proof| Tag::read(&identity, &format!("{said}{}", base32(*proof, 4))).is_some())
        .count();
    assert!(accepted <= 1, "{accepted}");
}
