//! The last set of the corpus: two hundred requests that are refused before anything is sent.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use gpu_broker_hostile::corpus::requests::{Case, cases};
use gpu_broker_hostile::{corpus, is_active};
use gpu_broker_testkit::fake::{Face, Fake, PRIME_KEY, SPHERON_KEY};

use crate::support::planner;

/// All memory that a run may fill, in KiB.
const DATA_KIB: u32 = 64 << 10;

/// No refusal takes longer.
const SLOW: Duration = Duration::from_secs(5);

#[test]
fn two_hundred_requests_are_refused_before_anything_is_sent() {
    let fake = Fake::start(Face::of(Vec::new()), Face::of(Vec::new()));
    let cases = cases();
    let expected = corpus::SETS
        .iter()
        .find(|(set, _)| *set == "G")
        .map(|(_, count)| *count);
    assert_eq!(Some(cases.len()), expected);
    let wrong: Vec<String> = cases.iter().filter_map(|case| refused(&fake, case).err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn refused(fake: &Fake, case: &Case) -> Result<(), String> {
    let mut planner = planner().asking(fake).within(DATA_KIB);
    for (name, value) in &case.environment {
        planner = if value.is_empty() {
            planner.unset(name)
        } else {
            planner.set(name, value)
        };
    }
    for file in &case.files {
        let path = planner.home().join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &file.text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(file.mode)).unwrap();
    }
    let before = fake.requests().len();
    let arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    let ran = planner.run(&arguments);
    let said = ran.output();
    let secrets = [PRIME_KEY, SPHERON_KEY, "1234567890", "password@"];
    let ends_well = ran.status == Some(case.status) && ran.took < SLOW;
    let told = ran.stdout.is_empty() && ran.stderr.contains("error: ");
    let safe = !said.chars().any(|c| c != '\n' && is_active(c)) && !secrets.iter().any(|secret| said.contains(secret));
    let sent = fake.requests().len() - before;
    if ends_well && told && safe && sent == 0 {
        return Ok(());
    }
    Err(format!(
        "{:?} {:?} {:?}: status {:?} in place of {} after {:?}, told {told}, safe {safe}, sent {sent}: {said:.300}",
        case.arguments,
        case.environment,
        case.files.iter().map(|file| (file.path, file.mode)).collect::<Vec<_>>(),
        ran.status,
        case.status,
        ran.took,
    ))
}
