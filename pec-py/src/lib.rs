//! The Python face of pec: the module `pecpy._pecpy`, which the package `pecpy` shows. No logic of its own: what it answers,
//! pec-core decides.
//!
//! ```text
//! Python ──> source     a path, bytes, a file object: the bytes of one message
//!        ──> work       the interpreter released around all work, panics turned into exceptions, signals looked for
//!        ──> verifier   trust, evidence, policy; shared by threads, its chain caches in a pool
//!        ──> message    the tree of parts; what is inside; limits, how much of it is read
//!        ──> signed     signed files that travel inside
//!        ──> verification   every answer, findings, certified and claimed data, JSON, HTML
//!        ──> many, ledger   whole mailboxes: one by one, and tied together
//!        ──> compose    drafts become exact bytes; what a provider would refuse is known before
//!        ──> archive    what is kept, found and proven
//!        ──> wire       mailboxes on servers: many together, or one; awaited in asyncio too
//!        ──> sandbox    providers in the process, for tests
//!            words      enumerations, which are written in Python as exceptions (failure) are; instant: times
//! ```
//!
//! Every class is frozen: what changes stands behind a lock.

mod archive;
mod code;
mod compose;
mod directory;
mod failure;
mod hooks;
mod instant;
mod ledger;
mod limits;
mod many;
mod message;
mod part;
mod sandbox;
mod signed;
mod source;
mod trust;
mod verification;
mod verifier;
mod wire;
mod words;
mod work;

use pyo3::prelude::*;

/// What `pecpy` is made of; import that.
#[pymodule(gil_used = true)]
mod _pecpy {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::archive::{
        Archive, Found, KeptRoot, LogKey, Organisation, Rule, Sheet, check_entry, check_growth, check_proof,
        expert_commands, explain_query, time_stamp_request,
    };
    #[pymodule_export]
    use crate::code::{access_advice, codes, explain, failures, state, verdict};
    #[pymodule_export]
    use crate::compose::{Composed, Conditions, Draft, examine_attachment, is_address, preflight, tax_id};
    #[pymodule_export]
    use crate::directory::{Directory, Provider};
    #[pymodule_export]
    use crate::ledger::{Dossiers, Ledger, link};
    #[pymodule_export]
    use crate::limits::Limits;
    #[pymodule_export]
    use crate::many::Verifications;
    #[pymodule_export]
    use crate::message::{Extracted, Message};
    #[pymodule_export]
    use crate::part::Part;
    #[pymodule_export]
    use crate::sandbox::{Outcome, Sandbox, Server, Stored, Submitted};
    #[pymodule_export]
    use crate::signed::{FileSigner, SignedFile};
    #[pymodule_export]
    use crate::trust::{Evidence, TrustStore};
    #[pymodule_export]
    use crate::verification::{Certdata, Finding, Signer, Verification};
    #[pymodule_export]
    use crate::verifier::{Verifier, verify, verify_many};
    #[pymodule_export]
    use crate::wire::{Credential, Gateway, Hub, Mailbox, Secrets, Today, Watching};

    #[pymodule_init]
    fn begin(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let settle = pyo3::wrap_pyfunction!(crate::wire::settle, module)?;
        module.py().import("atexit")?.call_method1("register", (settle,))?;
        crate::hooks::add(module)
    }
}
