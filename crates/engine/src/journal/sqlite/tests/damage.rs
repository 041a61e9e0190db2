//! Bits that flip, and files that are cut: noticed, or without consequence.

use super::*;

/// A journal as it is found on disk: closed in order, or killed with all rows, or some, in the log.
fn founds() -> Vec<Kept> {
    let room = Room::new("damage-made");
    let closed = Kept::closed(&room, filled(&room, 60));
    let room = Room::new("damage-killed");
    let killed = Kept::of(&room, &mut filled(&room, 20));
    let room = Room::new("damage-checkpointed");
    let checkpointed = Kept::of(&room, &mut filled(&room, 80));
    let log = |kept: &Kept| {
        kept.files
            .iter()
            .any(|(name, bytes)| name == BESIDE[0] && !bytes.is_empty())
    };
    assert_eq!([&closed, &killed, &checkpointed].map(log), [false, true, true]);
    vec![closed, killed, checkpointed]
}

/// Damages each kind of journal in turn; at least some of the damage must be noticed, and some cannot matter.
fn check(name: &str, seed: u64, cases: usize, damage: impl Fn(&mut Dice, &mut Vec<u8>)) {
    let founds = founds();
    let room = Room::new(name);
    let mut dice = Dice(seed);
    let mut noticed = 0;
    for case in 0..cases {
        let mut kept = founds[case % founds.len()].clone();
        let files = kept.files.len();
        let (file, bytes) = &mut kept.files[dice.below(files)];
        damage(&mut dice, bytes);
        let file = file.clone();
        kept.lay(&room);
        let used = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| harmless(&room, &kept.rows)));
        match used.unwrap_or_else(|_| panic!("case {case}, {file}: see above")) {
            Ok(()) => {}
            Err(error) => {
                helps(&error);
                noticed += 1;
            }
        }
    }
    assert!(noticed > 0 && noticed < cases, "{noticed} of {cases} were noticed");
}

#[test]
fn a_bit_that_flips_is_noticed_or_does_not_matter() {
    check("flips", 0x2026_1122, cases(), |dice, bytes| {
        // Every other time near the beginning, where the file says what it is.
        let end = if dice.below(2) == 0 {
            bytes.len().min(512)
        } else {
            bytes.len()
        };
        let at = dice.below(end);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << dice.below(8);
        }
    });
}

#[test]
fn a_file_that_is_cut_is_noticed_or_does_not_matter() {
    check("cuts", 0x0930, cases().div_ceil(3), |dice, bytes| {
        // Every other time at the end of a block, as a file system does.
        let at = dice.below(bytes.len() + 1);
        bytes.truncate(if dice.below(2) == 0 { at } else { at / 512 * 512 });
    });
}
