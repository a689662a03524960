//! Mailboxes taken into management, given up, and given another credential.

use jiff::Timestamp;
use pec_archive::{Actor, Managed, ManagedEvent, Mandate, Standing};
use pec_core::delegation::{By, Permission};
use pec_core::tax_id::TaxId;

use super::{Hub, Mandates};
use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::profile::Overrides;
use crate::secret::SecretField;

/// A mailbox to be managed.
#[derive(Debug, Clone)]
pub struct MailboxSpec {
    /// Its address.
    pub address: String,
    /// Its provider, by the name of a profile; `None` where the address tells it, or `overrides` say enough.
    pub profile: Option<String>,
    /// What is known better than the profile.
    pub overrides: Overrides,
    /// For a person.
    pub description: Option<String>,
    /// Of its holder.
    pub tax_id: Option<TaxId>,
    /// The client to whom it belongs.
    pub client: Option<String>,
    /// By what right it is opened.
    pub mandate: Option<Mandate>,
    /// Who enters; `None` where the store of secrets has it already.
    pub credential: Option<Credential>,
}

impl MailboxSpec {
    /// Of which nothing but the address is known.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            profile: None,
            overrides: Overrides::default(),
            description: None,
            tax_id: None,
            client: None,
            mandate: None,
            credential: None,
        }
    }
}

impl Hub {
    /// Takes mailboxes into management: all of them, or none. Their credentials are kept first; one of a mailbox that was
    /// not taken in the end harms nobody. One that is managed already is changed. Whoever is not the host takes no password that
    /// is kept to a server of his own choice: for that it needs the permission to manage credentials.
    ///
    /// # Errors
    /// [`pec_archive::Error::Denied`]; [`Error::HubCapacityExceeded`]; [`Error::NoMandate`] where the policy asks for one; [`Error::NoCredential`];
    /// [`Error::BadValue`] for an address that is none or a provider that is not known; those of the stores.
    pub fn add(&self, mailboxes: &[MailboxSpec]) -> Result<()> {
        let said = mailboxes.iter().map(|spec| self.judged(spec)).collect::<Result<Vec<_>>>()?;
        let now = self.now();
        // Before anything is kept of their credentials.
        for said in &said {
            self.archive().permit_administration(self.actor(), &said.address, now)?;
        }
        let known = self.archive().managed(self.actor())?;
        for (said, spec) in said.iter().zip(mailboxes).filter(|_| self.actor().by() != Some(&By::Host)) {
            let before = known.iter().map(|(known, _)| known).find(|known| known.address == said.address);
            let leads_elsewhere = match before {
                Some(before) => before.profile != said.profile || before.overrides != said.overrides,
                None => spec.credential.is_none(),
            };
            if leads_elsewhere {
                self.archive().permit(self.actor(), Permission::ManageCredentials, &said.address, now)?;
            }
        }
        let others = known.iter().filter(|(known, _)| !said.iter().any(|new| new.address == known.address)).count();
        self.policy.admits(others, said.len())?;
        let credentials: Vec<_> = said
            .iter()
            .zip(mailboxes)
            .filter_map(|(said, spec)| Some((said.address.clone(), SecretField::Access, spec.credential.clone()?)))
            .collect();
        self.secrets.put_all(&credentials)?;
        self.archive().manage(self.actor(), &said, now, |others| self.policy.admits(others, said.len()))?;
        let addresses: Vec<String> = credentials.iter().map(|(address, ..)| address.clone()).collect();
        self.archive().note_standings(&Actor::host(), &addresses, now, |address, standing| {
            let ends = credentials.iter().find(|(known, ..)| known == address).and_then(|(.., it)| it.ends());
            renewed(standing, ends)
        })?;
        Ok(())
    }

    /// Nothing is held against a mailbox whose credential is new.
    pub(super) fn renew(&self, address: &str, credential: Option<&Credential>, now: Timestamp) -> Result<()> {
        let Some(credential) = credential else { return Ok(()) };
        let addresses = [address.to_owned()];
        let renew = |_: &str, standing| renewed(standing, credential.ends());
        // Whoever gives a credential need not see the mailbox.
        Ok(self.archive().note_standings(&Actor::host(), &addresses, now, renew)?)
    }

    /// What is kept of a mailbox, where it can be managed at all.
    pub(super) fn judged(&self, spec: &MailboxSpec) -> Result<Managed> {
        let address = address_of(&spec.address)
            .ok_or_else(|| Error::BadValue { what: "address", value: spec.address.clone() })?;
        let profile = self.profile(&address, spec.profile.as_deref(), &spec.overrides)?;
        if spec.mandate.is_none() && self.policy.mandates == Mandates::Required {
            return Err(Error::NoMandate { mailbox: address, why: "none was given".into() });
        }
        if let Some(Mandate { from, until: Some(until), .. }) = spec.mandate
            && until <= from
        {
            return Err(Error::BadValue { what: "mandate", value: format!("{address}: it ends before it begins") });
        }
        // That there is an account shows that servers are known.
        profile.account(&address, Credential::new("", ""))?;
        if spec.credential.is_none() && self.secrets.get(&address, SecretField::Access)?.is_none() {
            return Err(Error::NoCredential { mailbox: address });
        }
        let overrides = (spec.overrides != Overrides::default())
            .then(|| serde_json::to_string(&spec.overrides))
            .transpose()
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Managed {
            profile: (!profile.name.is_empty()).then(|| profile.name.clone()),
            address,
            overrides,
            description: spec.description.clone(),
            tax_id: spec.tax_id.as_ref().map(ToString::to_string),
            client: spec.client.clone(),
            mandate: spec.mandate,
        })
    }

    /// Gives a mailbox up, and forgets its credentials; what was brought in from it stays. Says whether it was managed.
    ///
    /// # Errors
    /// Those of the stores.
    pub fn remove(&self, address: &str) -> Result<bool> {
        let was = self.archive().unmanage(self.actor(), address, self.now())?;
        for field in [SecretField::Access, SecretField::Submission, SecretField::Gateway] {
            self.secrets.remove(address, field)?;
        }
        Ok(was)
    }

    /// Replaces the credential with which a mailbox is entered, after its holder has given the new one. It is the only way
    /// back where the provider has refused the old one. Nothing changes with the provider.
    ///
    /// # Errors
    /// Those of the stores; [`pec_archive::Error::NotFound`] where the mailbox is not managed.
    pub fn rotate_credential(&self, address: &str, credential: &Credential) -> Result<()> {
        let now = self.now();
        self.archive().permit(self.actor(), Permission::ManageCredentials, address, now)?;
        let (said, _) = self.archive().managed_at(&Actor::host(), address)?;
        self.secrets.put(&said.address, SecretField::Access, credential)?;
        let mailbox = said.address.as_str();
        self.archive().log_managed(self.actor(), ManagedEvent::Credential { mailbox }, now)?;
        self.renew(mailbox, Some(credential), now)
    }
}

/// Nothing is held against a credential that has not been tried.
fn renewed(standing: Standing, ends: Option<Timestamp>) -> Standing {
    Standing { access: None, access_since: None, problem: None, password_ends: ends, ..standing }
}

/// An address in lower case, where it is one: one `@`, a name and a domain, nothing that could mean something else.
pub(super) fn address_of(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (name, domain) = text.split_once('@')?;
    let odd = |c: char| c.is_whitespace() || pec_core::text::steers(c) || "<>()[],;:\\\"@".contains(c);
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    (!name.is_empty() && dotted && !name.contains(odd) && !domain.contains(odd)).then_some(text)
}
