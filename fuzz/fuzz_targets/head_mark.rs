#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| desk_tests::parsers::head_mark(bytes));
