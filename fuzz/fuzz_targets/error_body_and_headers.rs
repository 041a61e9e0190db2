#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gpu_broker_hostile::fuzz::run("error_body_and_headers", bytes);
});
