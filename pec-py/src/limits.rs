//! How much of a message is read before the answer is "too much".

use pec_core::limits;
use pyo3::prelude::*;

use crate::failure::{Failure, Reason};

/// How much of a message is read: bounds, all inclusive. What is not given is as for mail that comes from the Internet. One that
/// is hit is a finding (`mime.limits`, `cms.limits`, `daticert.limits`), but for `message_bytes`, which is a `TooLargeError`.
///
/// A lower one makes less of hostile mail cost anything; it may also refuse genuine mail, which is then `unverifiable`, never
/// `forged`.
///
/// Raises `ArgumentError` for messages beyond 4 GiB.
///
/// >>> Limits(parts=100).parts, Limits().depth
/// (100, 64)
/// >>> verify(b"Subject: x\r\n\r\nx", limits=Limits(message_bytes=10))
/// Traceback (most recent call last):
///     ...
/// pecpy.TooLargeError: ...
#[pyclass(frozen, eq, hash, get_all, module = "pecpy")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Limits {
    /// Bytes of one message: it is held whole.
    message_bytes: usize,
    /// Bytes of one header block.
    header_bytes: usize,
    /// Fields of one header block.
    header_fields: usize,
    /// Parts of one message, those of nested messages included.
    parts: usize,
    /// Depth of nested parts and messages.
    depth: usize,
    /// Characters of a boundary.
    boundary_bytes: usize,
    /// Bytes of the decoded signature (`smime.p7s`).
    signature_bytes: usize,
    /// Signers of one signature.
    signers: usize,
    /// Certificates that travel in one signature.
    certificates: usize,
    /// Attributes of one signer.
    attributes: usize,
    /// Signature checks spent on the search of one certification path.
    path_signatures: usize,
    /// Certificates of one path.
    path_length: usize,
    /// Bytes of the decoded certification data (`daticert.xml`).
    daticert_bytes: usize,
    /// Recipients in the certification data.
    recipients: usize,
    /// Bytes of one text of the certification data.
    daticert_text_bytes: usize,
    /// Levels of the certification data.
    daticert_depth: usize,
    /// Bytes of one decoded attachment or nested message.
    decoded_bytes: usize,
}

/// Copies every limit from one kind of value to the other, by name.
macro_rules! limits {
    ($($field:ident)*) => {
        impl Limits {
            pub(crate) fn core(&self) -> limits::Limits {
                let mut limits = limits::Limits::DEFAULT;
                $(limits.$field = self.$field;)*
                limits
            }

            fn of(limits: &limits::Limits) -> Self {
                Self { $($field: limits.$field),* }
            }
        }

        #[pymethods]
        impl Limits {
            #[new]
            #[pyo3(signature = (*, $($field = None),*))]
            #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
            fn new($($field: Option<usize>),*) -> PyResult<Self> {
                let mut limits = Self::of(&limits::Limits::DEFAULT);
                $(limits.$field = $field.unwrap_or(limits.$field);)*
                // Positions in a message are kept in 32 bits.
                if u32::try_from(limits.message_bytes).is_err() {
                    let evidence = format!("message_bytes: {}", limits.message_bytes);
                    return Err(Failure::new(Reason::PEC_BAD_VALUE, evidence).into());
                }
                Ok(limits)
            }

            fn __repr__(&self) -> String {
                let usual = Self::of(&limits::Limits::DEFAULT);
                let mut others = Vec::new();
                $(if self.$field != usual.$field {
                    others.push(format!(concat!(stringify!($field), "={}"), self.$field));
                })*
                format!("<pecpy.Limits({})>", others.join(", "))
            }
        }
    };
}

limits! {
    message_bytes header_bytes header_fields parts depth boundary_bytes signature_bytes signers certificates attributes
    path_signatures path_length daticert_bytes recipients daticert_text_bytes daticert_depth decoded_bytes
}
