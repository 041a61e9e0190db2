//! A disk beside the machines: what holds data, and costs money when they are gone.

use super::world::{Home, only};
use crate::support::{list, text};

/// The id of what was launched of a kind.
fn of_kind(document: &serde_json::Value, kind: &str) -> String {
    let mut all = list(document, "instances").iter();
    let one = all.find(|one| text(one, "kind") == kind).unwrap();
    text(one, "id").to_owned()
}

#[test]
fn whatever_names_a_disk_says_how_large_it_is_and_where() {
    let home = Home::new();
    let ran = home.run("provision A100:2 --new-disk 2TB --yes -o json");
    let document = ran.expect(0).json();
    let (machine, disk) = (of_kind(&document, "machine"), of_kind(&document, "disk"));
    let said = "ordering a disk of 2000 GB in FIN-01 from prime/datacrunch, as gp-";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    let check = |line: &str, said: &[&str]| {
        let ran = home.run(line);
        ran.expect(0);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        for said in said {
            assert!(all.contains(said), "{line}: `{said}` is not in {all}");
        }
        assert!(!all.contains("0 × "), "{line}: {all}");
    };
    check("ls -o markdown", &["| 2000 GB disk |"]);
    let size = format!("disk       2000 GB, attached to {machine}\n");
    check(
        &format!("show {disk}"),
        &[&size, "from       prime/datacrunch\n", "FIN-01"],
    );
    let ends = "disk of 2000 GB in FIN-01 at prime/datacrunch, ready, ";
    let attached = format!("    it is attached to {machine}\n");
    check(
        "terminate --all",
        &[
            &format!("  {disk}  {ends}"),
            " so far, with all data on it\n",
            &attached,
        ],
    );
}

#[test]
fn a_disk_alone_is_attached_to_nothing() {
    let home = Home::new();
    let document = home
        .run("provision A100:2 --new-disk 2TB --yes -o json")
        .expect(0)
        .json();
    let (machine, disk) = (of_kind(&document, "machine"), of_kind(&document, "disk"));
    home.run(&format!("terminate {machine}")).expect(0);
    assert_eq!(text(only(&home.run("ls -o json").expect(0).json()), "id"), disk);
    let ran = home.run(&format!("terminate {disk}"));
    ran.expect(0);
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert!(
        all.contains("with all data on it\n") && !all.contains("attached"),
        "{all}"
    );
}
