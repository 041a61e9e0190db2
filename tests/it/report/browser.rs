//! What a browser makes of the page, where one is installed.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::planner;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Frames a page and writes down how wide its contents are. The page itself may
/// run nothing.
const FRAME: &str = r#"<!DOCTYPE html><body><iframe id="frame" src="PAGE" style="border:0;width:WIDEpx;height:800px"></iframe>
<script>onload = () => {
  const root = document.getElementById("frame").contentDocument.documentElement;
  const out = [...root.querySelectorAll("*")].filter(it => it.getBoundingClientRect().right > root.clientWidth + 0.5);
  document.body.textContent = "over=" + (root.scrollWidth - root.clientWidth) + " out=" + out.length + ";";
}</script></body>"#;

/// The document after it was loaded, and what the browser logged; `None` where
/// there is no browser.
fn opened(folder: &Path, address: &str) -> Option<(String, String)> {
    for browser in BROWSERS {
        let profile = folder.join("profile");
        let run = Command::new(browser)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-extensions",
            ])
            .args([
                "--allow-file-access-from-files",
                "--enable-logging=stderr",
                "--log-level=0",
            ])
            .args(["--virtual-time-budget=5000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(address)
            .stdin(Stdio::null())
            .output();
        match run {
            Err(error) if error.kind() == ErrorKind::NotFound => (),
            run => {
                let run = run.unwrap();
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                return Some((text(&run.stdout), text(&run.stderr)));
            }
        }
    }
    None
}

/// What is too wide in a page of this folder, in a frame of so
/// many pixels, and the first line of the console.
fn seen(folder: &Path, page: &str, wide: &str) -> Option<(String, Option<String>)> {
    let frame = folder.join("frame.html");
    fs::write(&frame, FRAME.replace("PAGE", page).replace("WIDE", wide)).unwrap();
    let (document, log) = opened(folder, &format!("file://{}", frame.display()))?;
    let found = document.split("<body>").nth(1).and_then(|body| body.split(';').next());
    let complaint = log.lines().find(|line| line.contains("CONSOLE"));
    Some((found.unwrap_or_default().to_owned(), complaint.map(str::to_owned)))
}

#[test]
fn a_browser_complains_of_nothing_and_no_page_is_too_wide() {
    let bad = planner();
    let spoilt = "<div style='width:2000px'>wide</div><script>console.error('spoilt')</script>";
    fs::write(bad.home().join("bad.html"), spoilt).unwrap();
    let Some((found, complaint)) = seen(bad.home(), "bad.html", "375") else {
        return;
    };
    assert!(found.starts_with("over=") && !found.contains("=0"), "{found}");
    assert!(complaint.is_some_and(|line| line.contains("spoilt")));

    let fake = crate::hostile::fake();
    for (planner, line) in [
        (planner(), "H100:8 --sandbox"),
        (planner(), "H100:64 --max-nodes any --spot-auto --sandbox"),
        (planner().asking(&fake), "H100:8 --security any --max-offers 60"),
    ] {
        super::run(&planner, &format!("report {line} --html page.html")).expect(0);
        for wide in ["375", "768", "1024", "1280", "1440"] {
            let seen = seen(planner.home(), "page.html", wide);
            let (found, complaint) = seen.unwrap();
            // Very long words move their table, and never the page.
            assert!(found.starts_with("over=0 "), "{line} at {wide}: {found}");
            assert!(
                found.ends_with(" out=0") || line.contains("60"),
                "{line} at {wide}: {found}"
            );
            assert_eq!(complaint, None, "{line} at {wide}");
        }
    }
}
