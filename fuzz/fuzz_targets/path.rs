#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    pec_fuzz::path(data);
});
