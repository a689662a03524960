//! The life of a mailbox: everything asks the one table.

use jiff::Timestamp;

use super::{Decided, refuse, unused};
use crate::delegation::lifecycle::{
    Act, Catalogue, DelegateAct, DelegateState, Facts, Guard, Mailbox, Revoke, Said, Source, State, Summary, Wish,
    judge,
};
use crate::delegation::organisation::named;
use crate::delegation::{
    AccountCode, By, Command, Denied, DeniedCode, Event, Limit, MailboxAddress, Organisation, ProductCode, RequestRef,
    UserId,
};

impl Organisation {
    pub(super) fn decide_life(&self, command: &Command, by: &By, now: Timestamp) -> Decided {
        use Command as C;
        Ok(match command {
            C::Submit { account, reference, summary } => self.submit(account, (reference, summary), by, now)?,
            C::Enrol { account, mailbox, holder, product, standing } => {
                self.administered(account, by)?;
                unused(self.mailboxes.contains_key(mailbox), mailbox)?;
                let (state, since, activated_at) = standing.parts();
                if since > now || activated_at.is_some_and(|at| at > since) {
                    return refuse(DeniedCode::Term, mailbox);
                }
                if let (Some(product), State::Registered | State::Active) = (product, state) {
                    self.room(account, product, 1)?;
                }
                let (account, mailbox) = (account.clone(), mailbox.clone());
                let (holder, product) = (holder.clone(), product.clone());
                vec![Event::MailboxEnrolled { account, mailbox, holder, product, state, since, activated_at }]
            }
            C::Ask { mailbox, wish } => {
                self.judged(mailbox, wish.act(), by, now, |it, facts| self.wished(it, facts, wish))?;
                vec![Event::Asked { at: now, mailbox: mailbox.clone(), wish: wish.clone() }]
            }
            C::Report { mailbox, said, source } => self.report(mailbox, (said, source), by, now)?,
            C::Edit { mailbox, data } => {
                self.judged(mailbox, Act::Edit, by, now, |_, facts| facts)?;
                vec![Event::DataEdited { mailbox: mailbox.clone(), data: data.clone() }]
            }
            C::StageDocument { mailbox, document } => {
                let it = self.judged(mailbox, Act::StageDocument, by, now, |_, facts| facts)?;
                let is_here = it.staged.iter().chain(&it.confirmed).any(|one| one.digest == document.digest);
                unused(is_here, &document.digest)?;
                vec![Event::DocumentStaged { mailbox: mailbox.clone(), document: document.clone() }]
            }
            C::RemoveDocument { mailbox, document } => {
                let it = self.judged(mailbox, Act::RemoveDocument, by, now, |_, facts| facts)?;
                if !it.staged.iter().any(|staged| staged.digest == *document) {
                    return refuse(DeniedCode::NothingStaged, document);
                }
                vec![Event::DocumentRemoved { mailbox: mailbox.clone(), document: document.clone() }]
            }
            C::ConfirmDocuments { mailbox } => {
                let it = self.judged(mailbox, Act::ConfirmDocuments, by, now, |_, facts| facts)?;
                let documents = it.staged.iter().map(|staged| staged.digest.clone()).collect();
                vec![Event::DocumentsConfirmed { mailbox: mailbox.clone(), documents }]
            }
            C::PlanExpiry { mailbox, plan } => {
                self.judged(mailbox, Act::PlanExpiry, by, now, |_, facts| facts)?;
                vec![Event::ExpiryPlanned { mailbox: mailbox.clone(), plan: plan.clone() }]
            }
            C::ShareOn { mailbox } => {
                let it = self.judged(mailbox, Act::ShareOn, by, now, |it, facts| {
                    let restorable = u32::try_from(it.sharing.restorable().count()).unwrap_or(u32::MAX);
                    facts.with(Guard::RestorePlace, self.policy.max_active.is_none_or(|most| restorable <= most))
                })?;
                let restored = named(it.sharing.restorable());
                vec![Event::SharingOn { mailbox: mailbox.clone(), restored }]
            }
            C::ShareOff { mailbox } => {
                self.judged(mailbox, Act::ShareOff, by, now, |_, facts| facts)?;
                vec![Event::SharingOff { mailbox: mailbox.clone() }]
            }
            C::AddDelegate { mailbox, user, name } => {
                self.delegate(mailbox, (user, DelegateAct::Create), by, now)?;
                self.administered_user(user, by)?;
                vec![Event::DelegateAdded { mailbox: mailbox.clone(), user: user.clone(), name: name.clone() }]
            }
            C::ActivateDelegate { mailbox, user } => {
                self.delegate(mailbox, (user, DelegateAct::Activate), by, now)?;
                vec![Event::DelegateActivated { mailbox: mailbox.clone(), user: user.clone() }]
            }
            C::DeactivateDelegate { mailbox, user } => {
                self.delegate(mailbox, (user, DelegateAct::Deactivate), by, now)?;
                vec![Event::DelegateDeactivated { mailbox: mailbox.clone(), user: user.clone() }]
            }
            C::DeleteDelegate { mailbox, user } => {
                self.delegate(mailbox, (user, DelegateAct::Delete), by, now)?;
                vec![Event::DelegateDeleted { mailbox: mailbox.clone(), user: user.clone() }]
            }
            _ => Vec::new(),
        })
    }

    /// Whether a message could be given to preservation now (FEATURES row 32).
    ///
    /// # Errors
    /// It is not configured, read-only, or no longer accessible.
    pub fn may_preserve(&self, mailbox: &MailboxAddress, by: &By, now: Timestamp) -> Result<(), Denied> {
        self.judged(mailbox, Act::Preserve, by, now, |_, facts| facts).map(drop)
    }

    /// The mailbox, if the table lets them do this to it, given what else holds.
    fn judged(
        &self,
        address: &MailboxAddress,
        act: Act,
        by: &By,
        now: Timestamp,
        facts: impl FnOnce(&Mailbox, Facts) -> Facts,
    ) -> Result<&Mailbox, Denied> {
        let mailbox = self.administered_mailbox(address, by)?;
        let state = mailbox.state(now);
        judge(state, act, facts(mailbox, mailbox.facts())).map_err(|code| {
            let denied = Denied::new(code).about(format_args!("{address}: {state}"));
            self.numbers(mailbox, act, code).into_iter().fold(denied, Denied::limited)
        })?;
        Ok(mailbox)
    }

    /// The numbers behind a refusal that speaks of one.
    fn numbers(&self, mailbox: &Mailbox, act: Act, code: DeniedCode) -> Option<Limit> {
        let sharing = &mailbox.sharing;
        let most = self.policy.max_active.unwrap_or(u32::MAX);
        let active = sharing.places_taken();
        Some(match code {
            DeniedCode::DelegatesStillActive => Limit { most: 0, active, asked: 0 },
            DeniedCode::DelegateLimit if act == Act::ShareOn => {
                Limit { most, active: 0, asked: u32::try_from(sharing.restorable().count()).unwrap_or(u32::MAX) }
            }
            DeniedCode::DelegateLimit => Limit { most, active, asked: 1 },
            DeniedCode::ReactivationLimit => self.places(&mailbox.account, mailbox.product.as_ref()?, 1),
            _ => return None,
        })
    }

    fn submit(
        &self,
        account: &AccountCode,
        (reference, summary): (&RequestRef, &Summary),
        by: &By,
        now: Timestamp,
    ) -> Decided {
        self.administered(account, by)?;
        unused(self.requests.contains_key(reference), reference)?;
        for one in &summary.boxes {
            unused(self.mailboxes.contains_key(&one.address), &one.address)?;
            let available = self.catalogues.get(account).map(|catalogue| &catalogue.domains);
            if !available.is_some_and(|domains| domains.contains(one.address.domain())) {
                return refuse(DeniedCode::DomainNotAvailable, &one.address);
            }
        }
        self.room(account, &summary.product, u32::try_from(summary.boxes.len()).unwrap_or(u32::MAX))?;
        Ok(vec![Event::RequestSubmitted {
            at: now,
            account: account.clone(),
            reference: reference.clone(),
            requester: summary.requester.clone(),
            holder: summary.holder.clone(),
            contact: summary.contact.clone(),
            order: summary.order.clone(),
            expiry_year: summary.expiry_year,
            product: summary.product.clone(),
            boxes: summary.boxes.clone(),
        }])
    }

    fn report(&self, address: &MailboxAddress, (said, source): (&Said, &Source), by: &By, now: Timestamp) -> Decided {
        if source.at > now {
            return refuse(DeniedCode::Term, address);
        }
        let told = Event::Told { mailbox: address.clone(), told: said.clone(), source: source.clone() };
        let Some(act) = said.act() else {
            let mailbox = self.administered_mailbox(address, by)?;
            let asked = matches!(said, Said::Refused { wish, .. } if mailbox.wishes.contains(&wish.act()));
            return if asked { Ok(vec![told]) } else { refuse(DeniedCode::NotAsked, address) };
        };
        let mailbox = self.judged(address, act, by, now, |it, facts| match said {
            Said::Revoked { revoke } => facts.with(Guard::RevokeForm, has_form(it, revoke)),
            Said::Transformed { to } => facts.with(Guard::InContract, self.transforms(it, to)),
            _ => facts.with(Guard::WithinPurchased, self.has_place(it)),
        })?;
        if let Said::Registered { activation_code: Some(code), .. } = said {
            let is_others = |it: &Mailbox| {
                let has_it = it.names.as_ref().is_some_and(|names| names.activation_code.as_ref() == Some(code));
                has_it && (it.request.is_none() || it.request != mailbox.request)
            };
            unused(self.mailboxes.values().any(is_others), code)?;
        }
        let mut events = vec![told];
        if let (Act::Annul, Some(reference)) = (act, &mailbox.request)
            && self.is_last_of(reference, address)
        {
            events.push(Event::RequestAnnulled { at: source.at, reference: reference.clone() });
        }
        Ok(events)
    }

    /// What a wish needs beside the state.
    fn wished(&self, mailbox: &Mailbox, facts: Facts, wish: &Wish) -> Facts {
        match wish {
            Wish::Revoke { revoke } => facts.with(Guard::RevokeForm, has_form(mailbox, revoke)),
            Wish::Transform { to } => facts.with(Guard::InContract, self.transforms(mailbox, to)),
            _ => facts.with(Guard::WithinPurchased, self.has_place(mailbox)),
        }
    }

    /// Whether no other mailbox of the request is left: then the request is annulled as well (FEATURES row 43).
    fn is_last_of(&self, reference: &RequestRef, address: &MailboxAddress) -> bool {
        let is_gone = |other: &MailboxAddress| {
            let state = self.mailboxes.get(other).map(|mailbox| mailbox.state);
            matches!(state, None | Some(State::Annulled | State::Declined))
        };
        let request = self.requests.get(reference);
        request.is_some_and(|request| request.boxes.iter().all(|other| other == address || is_gone(other)))
    }

    fn delegate(
        &self,
        mailbox: &MailboxAddress,
        (user, change): (&UserId, DelegateAct),
        by: &By,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let act = match change {
            DelegateAct::Create => Act::AddDelegate,
            DelegateAct::Activate => Act::ActivateDelegate,
            DelegateAct::Deactivate => Act::DeactivateDelegate,
            DelegateAct::Delete => Act::DeleteDelegate,
        };
        let judged = self.judged(mailbox, act, by, now, |it, facts| {
            let state = it.sharing.state(user);
            // One that is being activated has its place already, which counts unless there are fewer places by now.
            let more = u32::from(!state.is_some_and(DelegateState::takes_a_place));
            let wanted = it.sharing.places_taken().saturating_add(more);
            let is_place = self.policy.max_active.is_none_or(|most| wanted <= most);
            facts
                .with(Guard::DelegateKnown, state.is_some())
                .with(Guard::DelegateFits, DelegateState::next(state, change).is_some())
                .with(Guard::DelegatePlace, is_place)
        });
        judged.map(drop)
    }

    /// How many mailboxes of a product there are, beside how many were purchased.
    fn places(&self, account: &AccountCode, product: &ProductCode, asked: u32) -> Limit {
        let takes =
            |it: &&Mailbox| it.account == *account && it.product.as_ref() == Some(product) && it.takes_a_place();
        let active = u32::try_from(self.mailboxes.values().filter(takes).count()).unwrap_or(u32::MAX);
        let product = self.catalogues.get(account).and_then(|catalogue: &Catalogue| catalogue.products.get(product));
        Limit { most: product.map_or(0, |product| product.purchased), active, asked }
    }

    /// «raggiunto il numero massimo di caselle attive» only when the purchased number is exceeded (FEATURES row 25).
    fn room(&self, account: &AccountCode, product: &ProductCode, asked: u32) -> Result<(), Denied> {
        let catalogue = self.catalogues.get(account);
        if !catalogue.is_some_and(|catalogue| catalogue.products.contains_key(product)) {
            return refuse(DeniedCode::ProductNotPurchased, product);
        }
        let limit = self.places(account, product, asked);
        if limit.active.saturating_add(asked) > limit.most {
            return Err(Denied::new(DeniedCode::MaxActiveReached).about(product).limited(limit));
        }
        Ok(())
    }

    /// Whether there is a place for this mailbox. One of which no product is known takes none.
    fn has_place(&self, mailbox: &Mailbox) -> bool {
        mailbox.product.as_ref().is_none_or(|product| self.room(&mailbox.account, product, 1).is_ok())
    }

    /// Whether the contract foresees that it becomes of this product, and there is a place.
    fn transforms(&self, mailbox: &Mailbox, to: &ProductCode) -> bool {
        let catalogue = self.catalogues.get(&mailbox.account);
        let from = catalogue.zip(mailbox.product.as_ref()).and_then(|(all, product)| all.products.get(product));
        from.is_some_and(|from| from.transforms_to.contains(to)) && self.room(&mailbox.account, to, 1).is_ok()
    }
}

/// Whether a revocation has the form that its kind needs (FEATURES row 41).
fn has_form(mailbox: &Mailbox, revoke: &Revoke) -> bool {
    match revoke {
        Revoke::CustomerRequest { form } => mailbox.has_form(form.as_ref()),
        Revoke::NonPayment | Revoke::Other { .. } => true,
    }
}
