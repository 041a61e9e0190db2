//! Keys are there and the data folder is not: what runs at the brokers is told, though no journal here knows of it.

use super::world::Home;
use crate::support::list;

/// What planner launched from a folder that is gone.
const LOST: &str = "gp-aaaaaa-aaaaaaaa-00a1-xzzzzz-aaaa";

#[test]
fn whoever_lost_the_data_folder_is_told_what_runs() {
    let check = |strangers: &[&str], status: i32, said: &[&str]| {
        let home = Home::troubled(&[]);
        let named: Vec<String> = strangers
            .iter()
            .map(|name| format!("{{\"name\":\"{name}\"}}"))
            .collect();
        home.control(&format!("{{\"strangers\":[{}]}}", named.join(",")));
        for command in [
            &["reconcile"][..],
            &["reconcile", "--from-tags"],
            &["terminate", "--all", "--yes"],
        ] {
            let ran = home.planner.run(command);
            ran.expect(status);
            for said in said {
                assert!(ran.stderr.contains(said), "{command:?}, {strangers:?}, {said}: {ran:?}");
            }
            assert_eq!(ran.stderr.contains(LOST), strangers.contains(&LOST), "{ran:?}");
            assert!(!ran.stderr.contains("everything is settled"), "{ran:?}");
        }
        let document = home.planner.run(&["reconcile", "-o", "json"]).expect(status).json();
        assert_eq!(document["settled"], status == 0, "{strangers:?}");
        assert!(list(&document, "instances").is_empty(), "{strangers:?}");
        assert_eq!(list(&document, "sources").len(), 2, "{strangers:?}");
        // Looking makes nothing.
        assert!(!home.planner.home().join("planner").exists());
    };
    check(
        &[],
        0,
        &[
            "nothing was launched from here",
            "no broker lists a machine that costs money",
        ],
    );
    check(
        &["build-7"],
        0,
        &["1 of others, or launched by other means: 1 USD per hour"],
    );
    check(
        &["build-7", LOST],
        7,
        &[
            "1 of others",
            "from a data folder that is gone",
            "`planner terminate ",
            "1 USD per hour",
        ],
    );
}
