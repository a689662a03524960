//! Which version this is, when compiled against and when run.

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::ffi::{CStr, c_char};

/// First number of the version of this header.
pub const PEC_VERSION_MAJOR: u32 = 0;
/// Second number.
pub const PEC_VERSION_MINOR: u32 = 1;
/// Third number.
pub const PEC_VERSION_PATCH: u32 = 0;
/// The version as a text; `cargo xtask header` writes it into the header.
const PEC_VERSION: &CStr = c"0.1.0";

/// The version of the library that is running, such as `0.1.0`, ended by NUL; it lives for ever. Compare it with
/// `PEC_VERSION`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_version() -> *const c_char {
    PEC_VERSION.as_ptr()
}

/// The same as one number: major × 1,000,000 + minor × 1,000 + patch.
#[unsafe(no_mangle)]
pub extern "C" fn pec_version_number() -> u32 {
    PEC_VERSION_MAJOR * 1_000_000 + PEC_VERSION_MINOR * 1_000 + PEC_VERSION_PATCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_crate() {
        let version = PEC_VERSION.to_str().unwrap();
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        assert_eq!(version, format!("{PEC_VERSION_MAJOR}.{PEC_VERSION_MINOR}.{PEC_VERSION_PATCH}"));
        // SAFETY: a static text that ends with NUL.
        let running = unsafe { CStr::from_ptr(pec_version()) };
        assert_eq!(running, PEC_VERSION);
    }
}
