//! `cargo xtask faults --mutants`: each must die.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::patch::Mutant;
use super::scratch::Scratch;
use super::table::MUTANTS;
use crate::{cargo, matrix};

/// What a level of the matrix said.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    level: String,
    runs: u64,
    bad: u64,
    passed: bool,
    /// The promises that were broken, those most often broken first.
    promises: Vec<String>,
}

/// Runs the mutants whose names hold a text; true when none survives.
///
/// What is built is a copy of the sources under the target folder. The copy as
/// it is goes first: a matrix that fails without a mutant shows nothing.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    let wanted = match words {
        [] => "",
        ["--only", text] => text,
        _ => bail!("`--mutants` goes alone, or with `--only TEXT` for those whose names hold it"),
    };
    let mutants: Vec<&Mutant> = MUTANTS.iter().filter(|one| one.name.contains(wanted)).collect();
    ensure!(!mutants.is_empty(), "no mutant is called anything with `{wanted}`");
    let scratch = Scratch::new(root, &cargo::target_folder(root)?.join("mutants"))?;
    // One that does not fit is told before anything is built.
    for mutant in &mutants {
        mutant.texts(root)?;
    }
    println!("{:<46}{:>9}{:>8}  killed by", "mutant", "runs", "broken");
    let sound = through(&scratch, "S1,S2")?;
    tell("(none)", &sound);
    ensure!(
        sound.iter().all(|said| said.passed),
        "the matrix fails without a mutant"
    );
    let mut survived = 0;
    for mutant in &mutants {
        scratch.put(mutant)?;
        let said = through(&scratch, mutant.levels);
        scratch.take_out(mutant)?;
        // One that proves nothing must not keep the others from being run.
        match said {
            Ok(said) => {
                tell(mutant.name, &said);
                survived += usize::from(said.iter().all(|one| one.passed));
            }
            Err(error) => {
                println!("{:<46}{:>17}  {error:#}", mutant.name, "");
                survived += 1;
            }
        }
    }
    println!("{} of {} mutants killed", mutants.len() - survived, mutants.len());
    Ok(survived == 0)
}

/// Builds what is in the scratch folder, and runs it through a sample of some
/// levels.
fn through(scratch: &Scratch, levels: &str) -> Result<Vec<Said>> {
    let real = levels
        .split(',')
        .any(|level| !["S1", "S2", "S2e", "S8", "S12"].contains(&level));
    let built = matrix::build(&scratch.tree, Some(&scratch.target), real)?;
    let mut matrix = Command::new(built.join("faults"));
    matrix.args(["--short", "--plain", "--level", levels]);
    if real {
        matrix.arg("--planner").arg(built.join("planner"));
    }
    let output = matrix.output().context("cannot start the fault matrix")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let said: Vec<Said> = text.lines().filter_map(read).collect();
    ensure!(
        !said.is_empty(),
        "the fault matrix says nothing: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(said)
}

/// One line of `faults --plain`.
fn read(line: &str) -> Option<Said> {
    let [level, runs, bad, passed, promises] = line.split('\t').collect::<Vec<_>>()[..] else {
        return None;
    };
    Some(Said {
        level: level.to_owned(),
        runs: runs.parse().ok()?,
        bad: bad.parse().ok()?,
        passed: passed == "passed",
        promises: promises.split_whitespace().map(str::to_owned).collect(),
    })
}

fn tell(name: &str, said: &[Said]) {
    let by = |one: &Said| format!("{} ({}: {})", one.level, one.bad, one.promises.join(" "));
    let killers: Vec<String> = said.iter().filter(|one| !one.passed).map(by).collect();
    let verdict = if killers.is_empty() {
        "nothing".to_owned()
    } else {
        killers.join(", ")
    };
    let sum = |of: fn(&Said) -> u64| said.iter().map(of).sum::<u64>();
    println!(
        "{name:<46}{:>9}{:>8}  {verdict}",
        sum(|one| one.runs),
        sum(|one| one.bad)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_level_says_is_read() {
        let said = read("S1\t15076\t12\tfailed\tI1 I2c").unwrap();
        assert_eq!((said.runs, said.bad, said.passed), (15_076, 12, false));
        assert_eq!(said.promises, ["I1", "I2c"]);
        assert!(read("S2\t5000\t0\tpassed\t").unwrap().promises.is_empty());
        for line in ["", "every promise kept, in 7 s", "S1\tmany\t0\tpassed\t"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
