//! What the documents tell people to type works.

use std::fs;
use std::path::Path;

use crate::support::planner;

/// A command of a console block, and the lines that follow it.
#[derive(Debug)]
struct Example {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// Every `$ planner …` of the blocks tagged `console`. A line that ends in a backslash goes on.
fn examples(markdown: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut inside, mut ours) = (false, false);
    for (number, line) in markdown.lines().enumerate() {
        let fence = line.trim_start();
        if let Some(tag) = fence.strip_prefix("```") {
            inside = !inside && tag.split([' ', ',']).next() == Some("console");
            ours = false;
            continue;
        }
        if !inside {
            continue;
        }
        let goes_on = |example: &Example| example.output.is_empty() && example.command.ends_with('\\');
        if let Some(command) = line.strip_prefix("$ ") {
            ours = command.starts_with("planner ");
            if ours {
                examples.push(Example {
                    line: number + 1,
                    command: command.to_owned(),
                    output: Vec::new(),
                });
            }
        } else if let Some(example) = examples.last_mut().filter(|_| ours) {
            if goes_on(example) {
                example.command.truncate(example.command.len() - 1);
                example.command.push_str(line.trim_start());
            } else {
                example.output.push(line.to_owned());
            }
        }
    }
    examples
}

/// Whether a command reads a file that another example wrote; `files` tries those with files that there are.
fn reads_a_file(words: &[impl AsRef<str>]) -> bool {
    let flags = ["--market", "--offers", "--save", "--quote", "--ssh-key", "--cloud-init"];
    let commands = ["verify", "diff"];
    let is_quote = |word: &str| word.starts_with("q_") || word.contains(".json");
    let mut words = words.iter().map(AsRef::as_ref);
    words.any(|word| flags.contains(&word) || commands.contains(&word) || is_quote(word))
}

/// The words of a command as a shell splits them. `None` for what needs a real shell, or never ends.
fn words(command: &str) -> Option<Vec<String>> {
    let words = shlex::split(command)?;
    let needs_a_shell = words
        .iter()
        .any(|word| word.contains(['|', '>', '<', '&', ';', '$', '`']));
    let ends = words.get(1).is_some_and(|name| name != "sandbox");
    (ends && !needs_a_shell).then_some(words)
}

#[test]
fn every_command_of_the_readme_works() {
    // There is nothing to check before there is a readme.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap_or_default();
    for example in examples(&readme) {
        let Some(words) = words(&example.command).filter(|words| !reads_a_file(words)) else {
            continue;
        };
        let mut arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let asks = ["quote", "offers", "disks", "gpus"].contains(&arguments[0]);
        let helps = arguments
            .iter()
            .any(|word| ["--help", "-h", "help", "--version"].contains(word));
        if asks && !helps && !arguments.contains(&"--sandbox") {
            arguments.push("--sandbox");
        }
        let ran = planner().run(&arguments);
        assert_eq!(
            ran.status,
            Some(0),
            "README.md:{}: {}\n{}",
            example.line,
            example.command,
            ran.stderr
        );
        compare(&example, &ran.stdout);
    }
}

/// The first row of a table starts as the document shows it: its rank and its offer. All else may move.
fn compare(example: &Example, stdout: &str) {
    let row = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let first = |lines: &mut dyn Iterator<Item = &str>| {
        let mut lines = lines.skip_while(|line| !line.trim_start().starts_with("# OFFER"));
        lines.nth(1).map(row)
    };
    let shown = first(&mut example.output.iter().map(String::as_str));
    if let Some(shown) = shown {
        let found = first(&mut stdout.lines()).unwrap_or_default();
        // A narrower table cuts the name of the offer.
        let alike = |shown: &String, found: &String| {
            let stem = |text: &str| text.split('…').next().unwrap_or_default().to_owned();
            stem(shown).starts_with(&stem(found)) || stem(found).starts_with(&stem(shown))
        };
        let same = shown.len() == found.len() && shown.iter().zip(&found).all(|(shown, found)| alike(shown, found));
        assert!(same, "README.md:{}: {shown:?} is now {found:?}", example.line);
    }
}

#[test]
fn console_blocks_are_found_and_split() {
    let text = "```console\n$ planner quote 'H100:8' \\\n    --hours 72 # why\n# OFFER\n1 n3\n$ ls\nx\n```\n```sh\n$ planner x\n```\n";
    let found = examples(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].output, ["# OFFER", "1 n3"]);
    assert_eq!(
        words(&found[0].command).unwrap(),
        ["planner", "quote", "H100:8", "--hours", "72"]
    );
    assert_eq!(words("planner quote H100:8 -o json | jq ."), None);
    assert_eq!(words("planner sandbox"), None);
    compare(&found[0], "# OFFER GPU\n1 n3-H1… x\n");
}

/// SECURITY.md promises nothing that no test holds: every test that it names is there.
#[test]
fn the_tests_of_the_promises_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let promises = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut sources = String::new();
    for folder in ["crates", "tests"] {
        read_sources(&root.join(folder), &mut sources);
    }
    let held = promises.split('|').filter(|cell| cell.contains("::"));
    let named: Vec<&str> = held
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|word| word.contains("::"))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        let last = name.rsplit("::").next().unwrap_or_default();
        let there = [format!("fn {last}("), format!("mod {last};"), format!("mod {last} {{")];
        assert!(
            there.iter().any(|text| sources.contains(text)),
            "no test is called {name}"
        );
    }
}

/// All Rust of a folder.
fn read_sources(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
