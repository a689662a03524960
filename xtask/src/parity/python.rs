//! The side of Python, read by Python itself: its own parser knows its own sources best.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

use crate::run::root;

/// What `pecpy` offers.
#[derive(Debug, Deserialize)]
pub(crate) struct Interface {
    /// Functions, and members of classes as `Class.member`.
    pub(crate) operations: Vec<String>,
    /// The class of an exception by its code, where the layer does not decide.
    pub(crate) codes: BTreeMap<String, String>,
    /// By its layer.
    pub(crate) layers: BTreeMap<String, String>,
}

/// `None` where there is no Python.
pub(crate) fn interface() -> Result<Option<Interface>, String> {
    let mut python = Command::new("python3");
    python.arg(root().join("xtask/src/parity/python.py")).arg(root().join("pec-py/python/pecpy"));
    let Ok(output) = python.output() else { return Ok(None) };
    if !output.status.success() {
        return Err(format!("{python:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map(Some).map_err(|error| format!("{python:?}: {error}"))
}
