#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gpu_broker_hostile::fuzz::run("prime_pods_history", bytes);
});
