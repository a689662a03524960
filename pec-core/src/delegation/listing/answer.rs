//! What was answered to a question, as one line: that an act is permitted, or why not.

use serde::Serialize;

use super::line;
use crate::delegation::{Denied, DeniedCode, GrantId, Limit, MandateId, Permission, Right, RightSource, RoleName};
use crate::finding::Language;

#[derive(Serialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
enum Answer<'a> {
    Right {
        permission: Permission,
        /// `host`, `grant` or `role`.
        by: &'static str,
        grant: Option<&'a GrantId>,
        role: Option<&'a RoleName>,
        mandate: Option<&'a MandateId>,
    },
    Denied {
        code: &'static str,
        detail: &'a str,
        missing: Option<Permission>,
        limit: Option<Numbers>,
        rule: &'static str,
        it: &'static str,
        en: &'static str,
    },
}

#[derive(Serialize)]
struct Numbers {
    most: u32,
    active: u32,
    asked: u32,
}

impl Right {
    /// The right as one line of JSON (`right`), as in a [listing](super::Listed::to_json).
    #[must_use]
    pub fn to_json(&self) -> String {
        let (by, grant, role) = match &self.source {
            RightSource::Host => ("host", None, None),
            RightSource::Grant(grant) => ("grant", Some(grant), None),
            RightSource::Role { role, grant } => ("role", Some(grant), Some(role)),
        };
        line(&Answer::Right { permission: self.permission, by, grant, role, mandate: self.mandate.as_ref() })
    }
}

impl Denied {
    /// The refusal as one line of JSON (`denied`), with what its code means in Italian and English.
    #[must_use]
    pub fn to_json(&self) -> String {
        let code: DeniedCode = self.code;
        line(&Answer::Denied {
            code: code.as_str(),
            detail: &self.detail,
            missing: self.missing,
            limit: self.limit.map(|Limit { most, active, asked }| Numbers { most, active, asked }),
            rule: code.rule(),
            it: code.explanation(Language::It),
            en: code.explanation(Language::En),
        })
    }
}
