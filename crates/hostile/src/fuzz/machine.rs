//! The engine, with everything decided by the bytes.

/// The bytes decide what is launched, what goes wrong and when the process dies; the promises of launching must hold.
pub(super) fn events(bytes: &[u8]) {
    let broken = gpu_broker_testkit::sim::decided(bytes);
    assert_eq!(broken, Vec::<String>::new());
}
