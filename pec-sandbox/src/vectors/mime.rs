//! .

use super::Cases;
use crate::Error;

pub(super) fn add(_cases: &mut Cases<'_>) -> Result<(), Error> {
    Ok(())
}
