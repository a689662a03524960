//! One request for any number of mailboxes, in three steps (FEATURES rows 19 to 26): *Richiesta*, *Prodotto*, *Riepilogo*, each
//! a type that only the one before gives.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use crate::delegation::{
    CodeError, DeniedCode, Domain, Email, Holder, MailboxAddress, OrderNumber, ProductCode, Requester, Text,
};
use crate::tax_id::{TaxId, TaxIdError};

/// What a person has typed at the first step (*Richiesta*). Nothing is judged yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[doc(alias = "richiesta")]
pub struct RequestForm {
    /// *Nome* of who signed (*richiedente*).
    pub requester_first_name: String,
    /// *Cognome* of who signed.
    pub requester_surname: String,
    /// *Codice fiscale* of who signed; may be empty.
    pub requester_tax_id: String,
    /// In whose name the contract stands (*titolare*).
    pub holder_name: String,
    /// *Codice fiscale* or *partita IVA* of the holder; may be empty.
    pub holder_tax_id: String,
    /// Where the requester is written to.
    pub contact: String,
    /// «Non significativi per le PA aderenti alla Convenzione Consip»: may be empty.
    pub order: String,
    /// The same; may be empty.
    pub expiry_year: String,
}

/// One row of the second step: a mailbox, as a person has typed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoxRow {
    /// The complete address, with its domain.
    pub address: String,
    /// What stands beside the From address; empty: what stands before the `@`.
    pub description: String,
    /// Where the link to create the password goes «(ed altri avvisi)».
    pub user_email: String,
}

/// A mailbox of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedBox {
    /// Its address.
    pub address: MailboxAddress,
    /// What stands beside the From address.
    pub description: Text,
    /// Where the link to create the password goes.
    pub user_email: Email,
}

/// One thing that is wrong in a request, and where: `boxes[2].address`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    /// The field.
    pub path: String,
    /// What is wrong.
    pub problem: RequestProblem,
}

/// What can be wrong in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestProblem {
    /// It is not what can stand there.
    Code(CodeError),
    /// It is no tax identifier.
    TaxId(TaxIdError),
    /// It is no year.
    Year,
    /// The product was not purchased, the domain is not available, or there are none.
    Denied(DeniedCode),
    /// It stands twice.
    Twice,
}

/// Everything that is wrong in a request, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestErrors(pub Vec<RequestError>);

impl fmt::Display for RequestProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(error) => error.fmt(f),
            Self::TaxId(error) => error.fmt(f),
            Self::Year => f.write_str("it is no year"),
            Self::Denied(code) => code.fmt(f),
            Self::Twice => f.write_str("it stands twice"),
        }
    }
}

impl fmt::Display for RequestErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, RequestError { path, problem }) in self.0.iter().enumerate() {
            write!(f, "{}{path}: {problem}", if at == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for RequestErrors {}

/// The second step (*Prodotto*): the product is known, mailboxes are added.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "prodotto")]
pub struct ProductStep<'c> {
    form: RequestForm,
    product: ProductCode,
    catalogue: &'c Catalogue,
    rows: Vec<BoxRow>,
}

/// The third step (*Riepilogo*): everything is what can stand there. Only [`ProductStep::summary`] makes one, and only one can
/// be [submitted](crate::delegation::Command::Submit).
///
/// ```compile_fail
/// # use pec_core::delegation::{Command, lifecycle::RequestForm};
/// fn skip(form: RequestForm, account: pec_core::delegation::AccountCode) -> Command {
///     Command::Submit { account, reference: "R1".parse().unwrap(), summary: form }
/// }
/// ```
///
/// It proves that the fields are well formed, the product purchased and the domains available by the catalogue that was
/// given. It does not prove that there is room: that is judged when it is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[doc(alias = "riepilogo")]
pub struct Summary {
    pub(in crate::delegation) requester: Requester,
    pub(in crate::delegation) holder: Holder,
    pub(in crate::delegation) contact: Email,
    pub(in crate::delegation) order: Option<OrderNumber>,
    pub(in crate::delegation) expiry_year: Option<i16>,
    pub(in crate::delegation) product: ProductCode,
    pub(in crate::delegation) boxes: Vec<RequestedBox>,
}

impl RequestForm {
    /// On to the second step: only products that were purchased can be chosen.
    ///
    /// # Errors
    /// `product`: it was not purchased.
    pub fn product<'c>(
        self,
        catalogue: &'c Catalogue,
        product: &ProductCode,
    ) -> Result<ProductStep<'c>, RequestErrors> {
        if catalogue.products.contains_key(product) {
            return Ok(ProductStep { form: self, product: product.clone(), catalogue, rows: Vec::new() });
        }
        let problem = RequestProblem::Denied(DeniedCode::ProductNotPurchased);
        Err(RequestErrors(vec![RequestError { path: "product".into(), problem }]))
    }
}

impl ProductStep<'_> {
    /// With one more mailbox.
    #[must_use]
    pub fn with(mut self, row: BoxRow) -> Self {
        self.rows.push(row);
        self
    }

    /// Back to the first step («Indietro»): nothing that was typed is lost.
    #[must_use]
    pub fn back(self) -> (RequestForm, Vec<BoxRow>) {
        (self.form, self.rows)
    }

    /// On to the third step.
    ///
    /// # Errors
    /// Everything that is wrong in the form and in the rows, at once.
    pub fn summary(&self) -> Result<Summary, RequestErrors> {
        let mut check = Check::default();
        let form = &self.form;
        let first_name = check.code("requester.first_name", &form.requester_first_name);
        let surname = check.code("requester.surname", &form.requester_surname);
        let requester_tax_id = check.tax_id("requester.tax_id", &form.requester_tax_id);
        let holder_name = check.code("holder.name", &form.holder_name);
        let holder_tax_id = check.tax_id("holder.tax_id", &form.holder_tax_id);
        let contact = check.code("contact", &form.contact);
        let order = (!form.order.trim().is_empty()).then(|| check.code("order", &form.order)).flatten();
        let expiry_year = check.year("expiry_year", &form.expiry_year);
        let boxes = check.rows(&self.rows, &self.catalogue.domains);
        match (first_name, surname, holder_name, contact) {
            (Some(first_name), Some(surname), Some(name), Some(contact)) if check.errors.is_empty() => Ok(Summary {
                requester: Requester { first_name, surname, tax_id: requester_tax_id },
                holder: Holder { name, tax_id: holder_tax_id },
                contact,
                order,
                expiry_year,
                product: self.product.clone(),
                boxes,
            }),
            _ => Err(RequestErrors(check.errors)),
        }
    }
}

impl Summary {
    /// Who signed.
    #[must_use]
    pub const fn requester(&self) -> &Requester {
        &self.requester
    }

    /// In whose name the contract stands.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Which kind of mailbox is asked for.
    #[must_use]
    pub const fn product(&self) -> &ProductCode {
        &self.product
    }

    /// The mailboxes.
    #[must_use]
    pub fn boxes(&self) -> &[RequestedBox] {
        &self.boxes
    }
}

/// Takes what is right and keeps what is wrong.
#[derive(Default)]
struct Check {
    errors: Vec<RequestError>,
}

impl Check {
    fn wrong(&mut self, path: impl Into<String>, problem: RequestProblem) {
        self.errors.push(RequestError { path: path.into(), problem });
    }

    fn code<'t, T: TryFrom<&'t str, Error = CodeError>>(&mut self, path: &str, typed: &'t str) -> Option<T> {
        T::try_from(typed.trim()).map_err(|error| self.wrong(path, RequestProblem::Code(error))).ok()
    }

    fn tax_id(&mut self, path: &str, typed: &str) -> Option<TaxId> {
        if typed.trim().is_empty() {
            return None;
        }
        typed.parse().map_err(|error| self.wrong(path, RequestProblem::TaxId(error))).ok()
    }

    fn year(&mut self, path: &str, typed: &str) -> Option<i16> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let year = typed.parse().ok().filter(|year| (2005..=9999).contains(year));
        if year.is_none() {
            self.wrong(path, RequestProblem::Year);
        }
        year
    }

    fn rows(&mut self, rows: &[BoxRow], domains: &BTreeSet<Domain>) -> Vec<RequestedBox> {
        if rows.is_empty() {
            self.wrong("boxes", RequestProblem::Denied(DeniedCode::Nothing));
        }
        let mut seen = BTreeSet::new();
        let mut boxes = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let path = |field: &str| format!("boxes[{at}].{field}");
            let address: Option<MailboxAddress> = self.code(&path("address"), &row.address);
            if let Some(address) = &address {
                if !domains.contains(address.domain()) {
                    self.wrong(path("address"), RequestProblem::Denied(DeniedCode::DomainNotAvailable));
                }
                if !seen.insert(address.clone()) {
                    self.wrong(path("address"), RequestProblem::Twice);
                }
            }
            let described = if row.description.trim().is_empty() {
                address.as_ref().and_then(|address| Text::try_from(address.local_part()).ok())
            } else {
                self.code(&path("description"), &row.description)
            };
            let user_email = self.code(&path("user_email"), &row.user_email);
            if let (Some(address), Some(description), Some(user_email)) = (address, described, user_email) {
                boxes.push(RequestedBox { address, description, user_email });
            }
        }
        boxes
    }
}
