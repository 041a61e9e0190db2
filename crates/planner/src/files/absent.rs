//! Whether nothing is there, which is not the same as something that cannot be looked at.

use std::io::ErrorKind;
use std::path::Path;

/// Whether nothing stands at `path`, not even a link that leads nowhere. What may not be looked at is taken to be there:
/// whoever reads it then says what keeps it from being read.
pub(crate) fn is_absent(path: &Path) -> bool {
    let looked = path.symlink_metadata().map_err(|error| error.kind());
    matches!(looked, Err(ErrorKind::NotFound | ErrorKind::NotADirectory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_there_is_absent() {
        let folder = std::env::temp_dir().join(format!("planner-absent-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("file"), "").unwrap();
        let check = |name: &str, expected: bool| assert_eq!(is_absent(&folder.join(name)), expected, "{name}");
        check("file", false);
        check("none", true);
        check("file/below", true);
        check(&"x".repeat(300), false);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("away", folder.join("link")).unwrap();
            std::os::unix::fs::symlink("round", folder.join("round")).unwrap();
            check("link", false);
            check("round/below", false);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
