//! Two header blocks, field by field.

use std::collections::BTreeMap;

use super::{LineEnds, What};
use crate::message::{Field, Headers, collapse, lossy};

use super::lines::lf;

/// Which fields are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reconcile) enum Exempt {
    /// None: the header of a part inside the message.
    Nothing,
    /// What the provider may change (VERDICT §6): Message-ID, X-Riferimento-Message-ID, and the trace fields Received and
    /// Return-Path (RFC 5322 §3.6.7).
    Provider,
    /// Those, and what describes the body: of a message that is one attachment, replaced by its hash.
    ProviderAndContent,
}

impl Exempt {
    fn holds(self, field: &Field<'_>) -> bool {
        let provider = ["message-id", "x-riferimento-message-id", "received", "return-path"];
        let content = field.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
        match self {
            Self::Nothing => false,
            Self::Provider => provider.iter().any(|name| field.is(name)),
            Self::ProviderAndContent => content || provider.iter().any(|name| field.is(name)),
        }
    }
}

/// The values of one name on both sides, in their order.
#[derive(Default)]
struct Group<'m> {
    name: &'m [u8],
    sent: Vec<&'m [u8]>,
    received: Vec<&'m [u8]>,
}

/// Every difference between two header blocks, in the order of the fields. Names are compared without regard to case.
pub(in crate::reconcile) fn compare<'m>(
    sent: Headers<'m>,
    received: Headers<'m>,
    exempt: Exempt,
    ends: LineEnds,
) -> Vec<What> {
    if sent.raw() == received.raw() {
        return Vec::new();
    }
    let mut groups: Vec<Group<'m>> = Vec::new();
    let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut orders: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
    for (side, headers) in [sent, received].into_iter().enumerate() {
        for field in headers.iter().filter(|field| !exempt.holds(field)) {
            let place = *places.entry(field.name.to_ascii_lowercase()).or_insert_with(|| {
                groups.push(Group { name: field.name, ..Group::default() });
                groups.len() - 1
            });
            let group = &mut groups[place];
            if side == 0 {
                group.sent.push(field.value)
            } else {
                group.received.push(field.value)
            }
            orders[side].push(place);
        }
    }
    let mut found = Vec::new();
    for group in &groups {
        group.compare(ends, &mut found);
    }
    let [sent, received] = &orders;
    if sent.len() == received.len()
        && groups.iter().all(|group| group.sent.len() == group.received.len())
        && let Some(place) = sent.iter().zip(received).find(|(one, other)| one != other).map(|(one, _)| *one)
    {
        found.push(What::FieldsReordered { name: text(groups[place].name) });
    }
    found
}

impl Group<'_> {
    fn compare(&self, ends: LineEnds, found: &mut Vec<What>) {
        let form = |value: &[u8]| if ends == LineEnds::Restored { lf(value).into_owned() } else { value.to_vec() };
        let sent: Vec<Vec<u8>> = self.sent.iter().map(|value| form(value)).collect();
        let received: Vec<Vec<u8>> = self.received.iter().map(|value| form(value)).collect();
        if sent == received {
            return;
        }
        // What stands on both sides is the same, wherever it stands among its namesakes.
        let (sent, received) = (surplus(&sent, &received), surplus(&received, &sent));
        let name = || text(self.name);
        if sent.is_empty() && received.is_empty() {
            found.push(What::FieldsReordered { name: name() });
        }
        let pairs = sent.len().min(received.len());
        for (sent, received) in sent.iter().zip(&received) {
            let (one, other) = (text(sent), text(received));
            if collapse(&one) == collapse(&other) {
                found.push(What::FieldRefolded { name: name() });
            } else {
                found.push(What::FieldChanged { name: name(), sent: one, received: other });
            }
        }
        found.extend(sent[pairs..].iter().map(|value| What::FieldRemoved { name: name(), sent: text(value) }));
        found.extend(received[pairs..].iter().map(|value| What::FieldAdded { name: name(), received: text(value) }));
    }
}

/// The values of `these` that `those` do not have, each as often as it is missing.
fn surplus(these: &[Vec<u8>], those: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    for value in those {
        *counts.entry(value).or_default() += 1;
    }
    let missing = these.iter().filter(|value| match counts.get_mut(value.as_slice()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    missing.cloned().collect()
}

fn text(value: &[u8]) -> String {
    lossy(value.trim_ascii()).into_owned()
}
