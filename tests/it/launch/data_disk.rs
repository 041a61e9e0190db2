//! A disk beside the machines: what holds data, and costs money when they are gone.

use super::world::{Home, only};
use crate::support::{list, text};

/// The id of what was launched of a kind.
fn of_kind(document: &serde_json::Value, kind: &str) -> String {
    let mut all = list(document, "instances").iter();
    let one = all.find(|one| text(one, "kind") == kind).unwrap();
    text(one, "id").to_owned()
}

/// A machine with a data disk beside it, by their ids.
fn machine_and_disk(home: &Home) -> (String, String) {
    let document = home
        .run("provision A100:2 --new-disk 2TB --yes -o json")
        .expect(0)
        .json();
    (of_kind(&document, "machine"), of_kind(&document, "disk"))
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
    let (machine, disk) = machine_and_disk(&home);
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

/// What costs money is told by whoever asks what does, with the disk that outlives its machines.
#[test]
fn an_audit_counts_the_disks_of_ours() {
    let home = Home::new();
    let (machine, disk) = machine_and_disk(&home);
    let audited = |expected: &[(&str, &str)], sum: &str| {
        let ran = home.run("audit -o json");
        let document = ran.expect(0).json();
        let mut rows: Vec<(&str, &str)> = list(&document, "machines")
            .iter()
            .map(|one| {
                assert_eq!(one["gpu"].is_null(), one["kind"] == "disk", "{one}");
                (text(one, "kind"), text(one, "id"))
            })
            .collect();
        rows.sort_unstable();
        assert_eq!(rows, expected);
        assert!(ran.stderr.contains(sum), "{sum}: {}", ran.stderr);
        assert!(ran.stderr.contains("`planner disks` lists them"), "{}", ran.stderr);
    };
    audited(
        &[("disk", &disk), ("machine", &machine)],
        "2 launched from here: 2.8796 USD per hour",
    );
    home.run(&format!("terminate {machine}")).expect(0);
    audited(&[("disk", &disk)], "1 launched from here: 0.58 USD per hour");
    let table = home.run("audit -o markdown").expect(0).stdout.clone();
    assert!(table.contains("| 2000 GB disk |"), "{table}");
    home.run("terminate --all").expect(0);
    audited(&[], "no broker lists a machine that costs money");
}
