//! Which file systems are shared between machines: `SQLite`'s log is in memory that only one machine shares, so two of
//! them would write over each other.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// As the kernel spells them. What comes through FUSE has its own name after `fuse.`.
const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "gcsfuse",
    "glusterfs",
    "goofys",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "rclone",
    "s3fs",
    "smb2",
    "smb3",
    "smbfs",
    "sshfs",
];

/// The kind of network file system that the folder is on, if it is on one. Only Linux tells without foreign code; what
/// it does not tell is taken for a disk.
pub(super) fn network(folder: &Path) -> Option<String> {
    let mounts = std::fs::read("/proc/self/mountinfo").ok()?;
    network_in(&mounts, folder)
}

fn network_in(mounts: &[u8], folder: &Path) -> Option<String> {
    let mut found: Option<(PathBuf, String)> = None;
    for (point, kind) in mounts.split(|byte| *byte == b'\n').filter_map(mount) {
        let deeper = found.as_ref().is_none_or(|(known, _)| point.starts_with(known));
        // Of two mounts at one place the later one hides the earlier.
        if folder.starts_with(&point) && deeper {
            found = Some((point, kind));
        }
    }
    let (_, kind) = found?;
    NETWORK
        .contains(&kind.strip_prefix("fuse.").unwrap_or(&kind))
        .then_some(kind)
}

/// The place and the kind in a line like `36 35 98:0 /root /place rw,noatime master:1 - ext4 /dev/sda rw`.
fn mount(line: &[u8]) -> Option<(PathBuf, String)> {
    let mut words = line.split(|byte| *byte == b' ');
    let point = unescaped(words.nth(4)?);
    words.find(|word| *word == b"-")?;
    let kind = String::from_utf8(words.next()?.to_vec()).ok()?;
    Some((path(&point), kind))
}

/// Spaces, tabs, line ends and backslashes are written as `\040` and the like.
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..3).filter(|_| *first == b'\\');
        let byte = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 8).ok());
        plain.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    plain
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    let name: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    name.into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
        22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
        23 22 0:21 / /proc rw - proc proc rw\n\
        40 22 0:40 / /srv rw shared:5 - nfs4 server:/srv rw,vers=4.2\n\
        41 40 254:1 / /srv/ann/disk rw - xfs /dev/vdb rw\n\
        42 22 0:42 / /mnt/with\\040space rw,nosuid master:2 propagate_from:3 - fuse.sshfs ann@host: rw\n\
        43 22 0:43 / /mnt/c rw - 9p drvfs rw\n\
        44 22 0:44 / /mnt/share rw - cifs //server/share rw\n\
        45 22 0:45 / /twice rw - cifs //server/share rw\n\
        46 45 0:46 / /twice rw - tmpfs tmpfs rw\n\
        47 22 0:47 / /mnt/photos rw - fuse.encfs encfs rw\n\
        48 22 0:48 / /mnt/bad\\9 rw - nfs x rw\n\
        not a mount\n\n";

    #[test]
    fn the_innermost_mount_decides() {
        let check = |folder: &str, expected: Option<&str>| {
            let found = network_in(MOUNTS.as_bytes(), Path::new(folder));
            assert_eq!(found.as_deref(), expected, "{folder}");
        };
        check("/", None);
        check("/var/lib/gpu-broker", None);
        check("/srv", Some("nfs4"));
        check("/srv/ann/.local/state/gpu-broker", Some("nfs4"));
        check("/srv/ann/disk/gpu-broker", None);
        check("/srvs", None);
        check("/mnt/with space/state", Some("fuse.sshfs"));
        check("/mnt/with", None);
        check("/mnt/c/Users", Some("9p"));
        check("/mnt/share", Some("cifs"));
        check("/twice/over", None);
        check("/mnt/photos", None);
        check("/mnt/bad\\9", Some("nfs"));
        assert_eq!(network_in(b"", Path::new("/srv")), None);
    }

    #[test]
    fn this_machine_is_asked() {
        // Whatever the answer is, it is of the kinds that are refused.
        if let Some(kind) = network(Path::new("/")) {
            assert!(NETWORK.contains(&kind.trim_start_matches("fuse.")), "{kind}");
        }
    }
}
