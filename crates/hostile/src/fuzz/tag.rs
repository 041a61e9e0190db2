//! Names of machines.

use gpu_broker_engine::identity::Identity;
use gpu_broker_engine::tag::Tag;

/// The bytes are a name.
pub(super) fn decode(bytes: &[u8]) {
    let Ok(name) = std::str::from_utf8(bytes) else { return };
    let ours = Identity::from_bytes([7; 36]);
    let theirs = Identity::from_bytes([8; 36]);
    let shape = Tag::shape(name);
    for identity in [&ours, &theirs] {
        let Some(tag) = Tag::read(identity, name) else { continue };
        // One spelling, and only the holder of the key can have written it.
        assert_eq!(tag.name(), name);
        assert_eq!(
            shape.as_ref().map(|shape| &*shape.installation),
            Some(identity.installation())
        );
        let again = Tag::new(identity, tag.intent(), tag.slot(), tag.attempt(), tag.expiry()).unwrap();
        assert_eq!(again, tag);
    }
    assert!(
        Tag::read(&ours, name).is_none() || Tag::read(&theirs, name).is_none(),
        "{name}"
    );
    if shape.is_some() {
        assert!(name.len() == 35 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    }
    remade(bytes);
}

/// Numbers become a name that reads back as they are, and as nobody else's.
fn remade(bytes: &[u8]) {
    let number = |at: usize| {
        bytes
            .get(at..at + 8)
            .map(|eight| u64::from_le_bytes(eight.try_into().unwrap()))
    };
    let (Some(intent), Some(rest)) = (number(0), number(8)) else {
        return;
    };
    let [slot, attempt, ..] = rest.to_le_bytes();
    let minutes = i64::from(u32::try_from(rest >> 40).unwrap_or_default());
    let Ok(expiry) = jiff::Timestamp::from_second(minutes * 60) else {
        return;
    };
    let ours = Identity::from_bytes([7; 36]);
    let Ok(tag) = Tag::new(&ours, intent, slot.into(), attempt, expiry) else {
        return;
    };
    assert_eq!(Tag::read(&ours, tag.name()), Some(tag));
    assert_eq!(
        (tag.intent(), tag.slot(), tag.attempt()),
        (intent, slot.into(), attempt)
    );
    assert_eq!(tag.expiry(), expiry);
}
