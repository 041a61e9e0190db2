//! `planner provision` without a request, at a terminal.

use std::process::Command;

use gpu_broker_testkit::terminal::Terminal;

use super::world::Home;

/// The binary in a terminal; `None` where the system has none to give.
fn at_terminal(home: &Home, line: &str) -> Option<Terminal> {
    let words: Vec<&str> = line.split_whitespace().chain(["--sandbox"]).collect();
    Terminal::start(home.planner.command(&words), 100)
}

fn home() -> Home {
    let mut home = Home::new();
    home.set("TERM", "xterm-256color");
    home
}

#[test]
fn a_person_is_asked_and_told_how_to_ask_for_the_same() {
    let home = home();
    let Some(mut terminal) = at_terminal(&home, "provision --max-duration 8h") else {
        return;
    };
    terminal.expect("which GPU? ");
    terminal.say("H10");
    terminal.expect("did you mean H100");
    terminal.say("h100");
    terminal.expect("45.60 USD in all");
    terminal.expect("how many? [1] ");
    terminal.say("8");
    terminal.expect("364.80 USD in all, 15.2000 per hour (+319.20)");
    terminal.expect("for how many hours? [24] ");
    terminal.say("2");
    terminal.expect("30.40 USD in all, 15.2000 per hour (−334.40)");
    terminal.expect("where? [anywhere] ");
    terminal.say("canada");
    let summary = terminal.expect("launch this? [y/N] ");
    assert!(summary.contains("8 × H100 PCIe 80 GB"), "{summary}");
    assert_eq!(home.posts(), 0);
    terminal.say("y");
    terminal.expect("ssh root@127.0.0.1 -p 2222");
    let (status, shown) = terminal.end();
    assert_eq!((status, home.posts()), (Some(0), 1), "{shown}");

    let same = shown
        .lines()
        .skip_while(|line| *line != "the same without questions:")
        .nth(1);
    let same = same.unwrap().trim();
    assert_eq!(
        same,
        "planner provision H100:8 --max-duration 8h --sandbox --hours 2 --region canada --yes"
    );
    let words: Vec<&str> = same.split(' ').skip(1).collect();
    let ran = home.planner.run(&words);
    ran.expect(0);
    assert_eq!((home.posts(), home.live().len()), (2, 2));
}

#[test]
fn a_rule_is_named_and_approved_where_it_is_met() {
    let home = home();
    let rules = home.planner.home().join("rules.toml");
    let rule = |body: &str| format!("[[policy]]\nname = \"big\"\nreason = \"finance signs\"\n{body}\n");
    std::fs::write(&rules, rule("require_approval = { total_over = 20 }")).unwrap();
    let line = format!("provision --policy {}", rules.display());
    let asked = |home: &Home, line: &str| {
        let mut terminal = at_terminal(home, line)?;
        for (question, said) in [
            ("which GPU? ", "H100:8"),
            ("how many hours? [24] ", "2"),
            ("where? [anywhere] ", ""),
        ] {
            terminal.expect(question);
            terminal.say(said);
        }
        terminal.expect("wants to be approved, by the policy `big`: over 20 in all (finance signs)");
        terminal.expect("type `big` or yes [no] ");
        Some(terminal)
    };
    // Whoever does not is told the whole command.
    let Some(mut terminal) = asked(&home, &line) else {
        return;
    };
    terminal.say("");
    let (status, shown) = terminal.end();
    let command = format!(
        "planner provision H100:8 --sandbox --policy {} --hours 2 --yes --approve big",
        rules.display()
    );
    let flat = |text: &str| text.replace('\\', "").split_whitespace().collect::<String>();
    assert_eq!((status, home.posts()), (Some(5), 0), "{shown}");
    assert!(flat(&shown).contains(&flat(&command)), "{shown}");
    let Some(mut terminal) = asked(&home, &line) else {
        return;
    };
    terminal.say("big");
    let summary = terminal.expect("launch this? [y/N] ");
    assert!(flat(&summary).contains(&flat(&command)), "{summary}");
    terminal.say("y");
    let (status, shown) = terminal.end();
    assert_eq!((status, home.posts()), (Some(0), 1), "{shown}");

    // One that denies is named where nothing is left.
    std::fs::write(&rules, rule("deny = { gpus_over = 4 }")).unwrap();
    let Some(mut terminal) = at_terminal(&home, &line) else {
        return;
    };
    terminal.expect("which GPU? ");
    terminal.say("H100:8");
    terminal.expect("`big` holds the number of GPUs: over 4 GPUs (finance signs)");
    terminal.say("q");
    terminal.end();
    std::fs::write(&rules, rule("deny = { market_not_in = [\"spot\"] }")).unwrap();
    let Some(terminal) = at_terminal(&home, &line) else {
        return;
    };
    let (status, shown) = terminal.end();
    assert_eq!(status, Some(3), "{shown}");
    assert!(shown.contains("policy: `big` denies"), "{shown}");
}

#[test]
fn whoever_leaves_launches_nothing() {
    let check = |lines: &[(&str, &str)], last: &str, leave: &dyn Fn(&mut Terminal), status: i32| {
        let home = home();
        let Some(mut terminal) = at_terminal(&home, "provision") else {
            return;
        };
        for (question, line) in lines {
            terminal.expect(question);
            terminal.say(line);
        }
        terminal.expect(last);
        leave(&mut terminal);
        let (ended, shown) = terminal.end();
        assert_eq!((ended, home.posts()), (Some(status), 0), "{shown}");
        assert!(status == 130 || shown.contains("nothing was sent"), "{shown}");
    };
    let interrupt = |terminal: &mut Terminal| {
        let line = format!("kill -INT {}", terminal.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    };
    let gpu = ("which GPU? ", "h100");
    let count = "how many? [1] ";
    check(&[gpu], count, &|terminal| terminal.say("q"), 5);
    check(&[gpu], count, &Terminal::end_input, 5);
    check(&[gpu], count, &interrupt, 130);
    // The last question is the old one.
    let all = [gpu, ("how many?", "8"), ("hours?", ""), ("where?", "")];
    let launch = "launch this? [y/N] ";
    check(&all, launch, &|terminal| terminal.say("n"), 5);
    check(&all, launch, &|terminal| terminal.say(""), 5);
    check(&all, launch, &Terminal::end_input, 5);
}

/// What is advised in the sandbox is about the sandbox.
#[test]
fn what_is_advised_in_the_sandbox_stays_there() {
    let check = |ran: &str, said: &str| assert!(ran.contains(said), "`{said}` is not in {ran}");
    let home = home();
    let Some(mut terminal) = at_terminal(&home, "provision") else {
        return;
    };
    terminal.expect("which GPU? ");
    terminal.say("T4");
    terminal.expect("`planner quote T4 --why --sandbox` tells what would admit it");
    terminal.say("H100,H200");
    terminal.expect("`planner provision H100,H200 --sandbox` takes several");
    terminal.say("q");
    terminal.end();
    check(&home.run("quote H1000").stderr, "`planner gpus --sandbox`");
    check(&home.run("doctor").stderr, "`planner quote GPU --sandbox`");
}

/// A yes that was typed or pasted before the price was shown is no answer to it.
#[test]
fn what_was_typed_before_a_question_that_costs_money_is_no_answer_to_it() {
    let check = |line: &str, typed: &str, question: &str, said: &str, status: i32, posts: usize| {
        let home = home();
        home.run("provision H100:1 --yes --no-wait").expect(0);
        let Some(mut terminal) = at_terminal(&home, line) else {
            return;
        };
        terminal.say(typed);
        terminal.expect(question);
        terminal.say(said);
        let (ended, shown) = terminal.end();
        assert_eq!(
            (ended, home.posts()),
            (Some(status), posts),
            "{line}, {typed:?}: {shown}"
        );
    };
    let launch = "launch this? [y/N] ";
    let pasted = "H100\n8\n24\n\ny";
    check("provision", pasted, launch, "n", 5, 1);
    check("provision", pasted, launch, "y", 0, 2);
    check("provision H100:8", "y", launch, "n", 5, 1);
    check("provision H100:8", "y\ny\nyes", launch, "yes", 0, 2);
}

#[test]
fn at_the_last_question_too_somebody_goes_back_and_is_told_what_it_means() {
    let home = home();
    let Some(mut terminal) = at_terminal(&home, "provision") else {
        return;
    };
    let launch = "launch this? [y/N] ";
    for (question, line) in [
        ("which GPU? ", "h100:8"),
        ("hours? [24] ", "2"),
        ("where? [anywhere] ", "canada"),
        (launch, "?"),
        ("`b` goes back to the last question", ""),
    ] {
        terminal.expect(question);
        if !line.is_empty() {
            terminal.say(line);
        }
    }
    terminal.expect(launch);
    terminal.say("b");
    // The answers before it are kept.
    terminal.expect("8 × H100, 2 h");
    terminal.expect("where? [anywhere] ");
    terminal.say("b");
    terminal.expect("hours? [24] ");
    terminal.say("3");
    terminal.expect("where? [anywhere] ");
    terminal.say("canada");
    terminal.expect(launch);
    assert_eq!(home.posts(), 0);
    terminal.say("y");
    let (status, shown) = terminal.end();
    assert_eq!((status, home.posts()), (Some(0), 1), "{shown}");
    let same = "planner provision H100:8 --sandbox --hours 3 --region canada --yes";
    assert!(shown.contains(same), "{shown}");
}

#[test]
fn scripts_are_told_what_is_missing() {
    let check = |variable: (&str, &str), line: &str| {
        let mut home = home();
        home.set(variable.0, variable.1);
        let Some(terminal) = at_terminal(&home, line) else {
            return;
        };
        let (status, shown) = terminal.end();
        assert_eq!((status, home.posts()), (Some(2), 0), "{line}: {shown}");
        assert!(
            shown.contains("no GPU is named") && shown.contains("hint: "),
            "{line}: {shown}"
        );
    };
    check(("TERM", "dumb"), "provision");
    let terminal = ("TERM", "xterm");
    for line in [
        "provision -o json",
        "provision --yes",
        "provision -q",
        "provision --count 2",
    ] {
        check(terminal, line);
    }
    let ran = home().run("provision");
    ran.expect(2);
    assert!(ran.stderr.contains("no GPU is named"), "{}", ran.stderr);
}

/// Each look takes the place of the one before, also where there is nothing to show.
#[test]
fn a_watch_clears_the_screen_between_looks() {
    let home = home();
    let Some(mut terminal) = at_terminal(&home, "ls --watch=1") else {
        return;
    };
    for _ in 0..3 {
        let look = terminal.expect("and again every");
        assert_eq!(look.matches("\u{1b}[2J").count(), 1, "{look:?}");
    }
}

/// Who refuses colour is heeded before the command line is understood.
#[test]
fn the_help_and_errors_of_the_command_line_are_coloured_only_where_they_may_be() {
    let check = |terminal: &str, line: &str, expected: bool| {
        let mut home = Home::new();
        home.planner = home.planner.unset("NO_COLOR");
        home.set("TERM", terminal);
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(terminal_at) = Terminal::start(home.planner.command(&words), 100) else {
            return;
        };
        let (_, shown) = terminal_at.end();
        assert_eq!(shown.contains('\u{1b}'), expected, "{terminal}: {line}: {shown:?}");
    };
    for line in ["quote --help", "quote --bogus", "help quote"] {
        check("xterm-256color", line, true);
        check("", line, false);
        check("xterm-256color", &format!("{line} --no-color"), false);
    }
}
