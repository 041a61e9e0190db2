//! Commands that a text names, as they are typed where it is read.

use super::GlobalArgs;

/// Those that mean another world with `--sandbox` than without it.
const OF_A_WORLD: [&str; 16] = [
    "audit",
    "compare",
    "disks",
    "doctor",
    "extend",
    "gpus",
    "ls",
    "offers",
    "provision",
    "quote",
    "reconcile",
    "report",
    "resolve",
    "show",
    "terminate",
    "verify",
];

/// A text whose `planner …` between backticks stays in the sandbox, where that is what is looked at.
pub(crate) fn here(text: &str, global: &GlobalArgs) -> String {
    if !global.sandbox {
        return text.to_owned();
    }
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let is_code = at % 2 == 1;
        let name = part.strip_prefix("planner ").and_then(|rest| rest.split(' ').next());
        let is_meant = is_code && name.is_some_and(|name| OF_A_WORLD.contains(&name));
        if is_meant && !part.contains("--sandbox") {
            // Before what the shell takes for itself.
            let end = part.find(" > ").unwrap_or(part.len());
            let (command, rest) = part.split_at(end);
            format!("{command} --sandbox{rest}")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_command_stays_in_the_world_that_is_looked_at() {
        let global = |line: &str| Cli::try_parse_from(line.split(' ')).unwrap().global;
        let check = |text: &str, expected: &str| {
            assert_eq!(here(text, &global("planner ls --sandbox")), expected, "{text}");
            assert_eq!(here(text, &global("planner ls")), text);
        };
        check(
            "`planner gpus` lists them; `planner quote GPU -o json > FILE` writes one",
            "`planner gpus --sandbox` lists them; `planner quote GPU -o json --sandbox > FILE` writes one",
        );
        check("try `planner provision --sandbox`", "try `planner provision --sandbox`");
        check(
            "`planner help config-file`, `--no-config`",
            "`planner help config-file`, `--no-config`",
        );
        check("planner quote H100", "planner quote H100");
        check("`planner quote`", "`planner quote --sandbox`");
    }
}
