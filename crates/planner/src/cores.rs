//! No core dumps: they would hold the keys, and lie about for anybody to find (R18).

/// From now on a crash leaves no copy of the memory behind. Where the system refuses, nothing is lost but this.
#[cfg(unix)]
pub(crate) fn off() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    // The limit does not bind a program that is handed dumps; and nobody else of the same user may look into the memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Dumps are not made here unless somebody configured that they are.
#[cfg(not(unix))]
pub(crate) fn off() {}
