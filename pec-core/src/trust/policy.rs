//! Certificate policies along a path (RFC 5280 §6.1, in the form of RFC 9618: a graph whose levels hold each policy
//! once, so that mappings cannot make it grow exponentially).
//!
//! A path without `requireExplicitPolicy` passes whatever its policies say, as every PEC path does (AgID CA1 lists
//! 1.3.76.16.3.1, its leaves 1.3.76.16.3.1.1, and the two have nothing in common); then only the form is checked and
//! nothing is allocated.

use super::certificate::Certificate;
use crate::asn1::{Asn1Error, Element, tag};

/// anyPolicy (RFC 5280 §4.2.1.4).
pub(crate) const ANY_POLICY: &[u8] = &[0x55, 0x1d, 32, 0];

/// Policies, and mappings, of one certificate; real ones have below ten.
const MAX_POLICIES: usize = 128;

/// The initial values of RFC 5280 §6.1.1 (c) to (g).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PolicyInput<'o> {
    /// user-initial-policy-set, content bytes of identifiers; empty means any policy.
    pub(crate) initial: &'o [&'o [u8]],
    pub(crate) require_explicit: bool,
    pub(crate) inhibit_mapping: bool,
    pub(crate) inhibit_any: bool,
}

/// Why the policies do not allow the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum PolicyError {
    #[error("no policy is valid for the whole path, and one is required")]
    NoValidPolicy,
    #[error("policies or their mappings cannot be read")]
    Malformed,
}

impl From<Asn1Error> for PolicyError {
    fn from(_: Asn1Error) -> Self {
        Self::Malformed
    }
}

/// Checks the policies of a path, given from the certificate under the anchor to the end.
pub(crate) fn check(path: &[&Certificate<'_>], input: &PolicyInput<'_>) -> Result<(), PolicyError> {
    let mut may_be_required = input.require_explicit;
    for certificate in path {
        if let Some(list) = &certificate.extensions.policies {
            each_policy(list, |_| Ok(()))?;
        }
        if let Some(list) = &certificate.extensions.policy_mappings {
            each_mapping(list, |_, _| Ok(()))?;
        }
        may_be_required |= certificate.extensions.policy_constraints.require_explicit.is_some();
    }
    if may_be_required { Graph::check(path, input) } else { Ok(()) }
}

/// Calls `visit` with every policy; none may stand twice.
fn each_policy<'a>(
    list: &Element<'a>,
    mut visit: impl FnMut(&'a [u8]) -> Result<(), PolicyError>,
) -> Result<(), PolicyError> {
    let mut seen: [&[u8]; MAX_POLICIES] = [&[]; MAX_POLICIES];
    let mut count = 0;
    let mut policies = list.children();
    while !policies.is_empty() {
        let policy = policies.expect(tag::SEQUENCE)?.children().next()?.oid()?;
        if seen[..count].contains(&policy) {
            return Err(PolicyError::Malformed);
        }
        *seen.get_mut(count).ok_or(PolicyError::Malformed)? = policy;
        count += 1;
        visit(policy)?;
    }
    if count == 0 { Err(PolicyError::Malformed) } else { Ok(()) }
}

/// Calls `visit` with issuer's and subject's policy of every mapping; anyPolicy may not be mapped (§6.1.4 (a)).
fn each_mapping<'a>(
    list: &Element<'a>,
    mut visit: impl FnMut(&'a [u8], &'a [u8]) -> Result<(), PolicyError>,
) -> Result<(), PolicyError> {
    let mut count = 0;
    let mut mappings = list.children();
    while !mappings.is_empty() {
        let mut mapping = mappings.expect(tag::SEQUENCE)?.children();
        let (issuer, subject) = (mapping.next()?.oid()?, mapping.next()?.oid()?);
        mapping.finish()?;
        count += 1;
        if issuer == ANY_POLICY || subject == ANY_POLICY || count > MAX_POLICIES {
            return Err(PolicyError::Malformed);
        }
        visit(issuer, subject)?;
    }
    if count == 0 { Err(PolicyError::Malformed) } else { Ok(()) }
}

/// A policy that is valid at one level.
#[derive(Debug, Clone)]
struct Node<'a> {
    policy: &'a [u8],
    /// Policies of the level above that lead here; none means anyPolicy.
    parents: Vec<&'a [u8]>,
    mapped: bool,
    reachable: bool,
}

/// The policies that are valid after one certificate.
#[derive(Debug, Clone, Default)]
struct Level<'a> {
    nodes: Vec<Node<'a>>,
    any: bool,
}

impl<'a> Level<'a> {
    fn find(&mut self, policy: &[u8]) -> Option<&mut Node<'a>> {
        self.nodes.iter_mut().find(|node| node.policy == policy)
    }

    fn add(&mut self, policy: &'a [u8], parents: Vec<&'a [u8]>) -> &mut Node<'a> {
        let at = self.nodes.len();
        self.nodes.push(Node { policy, parents, mapped: false, reachable: false });
        &mut self.nodes[at]
    }

    fn is_empty(&self) -> bool {
        self.nodes.is_empty() && !self.any
    }

    /// §6.1.3 (d) and (e): what the certificate itself allows.
    fn restrict(&mut self, certificate: &Certificate<'a>, any_allowed: bool) -> Result<(), PolicyError> {
        let mut listed = Vec::new();
        if let Some(list) = &certificate.extensions.policies {
            each_policy(list, |policy| {
                listed.push(policy);
                Ok(())
            })?;
        }
        let any = any_allowed && listed.contains(&ANY_POLICY);
        if !any {
            self.nodes.retain(|node| listed.contains(&node.policy));
        }
        if self.any {
            for policy in listed {
                if policy != ANY_POLICY && self.find(policy).is_none() {
                    self.add(policy, Vec::new());
                }
            }
        }
        self.any &= any;
        Ok(())
    }

    /// §6.1.4 (a) and (b): what the certificate expects of the next one.
    fn expected(&mut self, certificate: &Certificate<'a>, mapping_allowed: bool) -> Result<Level<'a>, PolicyError> {
        let mut next = Level { nodes: Vec::new(), any: self.any };
        if let Some(list) = &certificate.extensions.policy_mappings {
            each_mapping(list, |issuer, subject| {
                if !mapping_allowed {
                    self.nodes.retain(|node| node.policy != issuer);
                    return Ok(());
                }
                let any = self.any;
                match self.find(issuer) {
                    Some(node) => node.mapped = true,
                    None if any => self.add(issuer, Vec::new()).mapped = true,
                    None => return Ok(()),
                }
                match next.find(subject) {
                    Some(node) if node.parents.contains(&issuer) => {}
                    Some(node) => node.parents.push(issuer),
                    None => {
                        next.add(subject, vec![issuer]);
                    }
                }
                Ok(())
            })?;
        }
        for node in self.nodes.iter().filter(|node| !node.mapped) {
            match next.find(node.policy) {
                Some(same) => same.parents.push(node.policy),
                None => {
                    next.add(node.policy, vec![node.policy]);
                }
            }
        }
        Ok(next)
    }
}

/// The levels of one path.
struct Graph<'a> {
    levels: Vec<Level<'a>>,
}

impl<'a> Graph<'a> {
    fn check(path: &[&Certificate<'a>], input: &PolicyInput<'_>) -> Result<(), PolicyError> {
        let start = |set: bool| if set { 0 } else { u32::MAX };
        let mut explicit = start(input.require_explicit);
        let mut mapping = start(input.inhibit_mapping);
        let mut any = start(input.inhibit_any);
        let mut graph = Self { levels: Vec::with_capacity(path.len()) };
        let mut level = Level { nodes: Vec::new(), any: true };
        for (at, certificate) in path.iter().enumerate() {
            let last = at + 1 == path.len();
            let self_issued = certificate.is_self_issued();
            level.restrict(certificate, any > 0 || (!last && self_issued))?;
            let constraints = certificate.extensions.policy_constraints;
            if last {
                explicit = explicit.saturating_sub(1);
                if constraints.require_explicit == Some(0) {
                    explicit = 0;
                }
                graph.levels.push(std::mem::take(&mut level));
                break;
            }
            let next = level.expected(certificate, mapping > 0)?;
            graph.levels.push(std::mem::replace(&mut level, next));
            if !self_issued {
                for counter in [&mut explicit, &mut mapping, &mut any] {
                    *counter = counter.saturating_sub(1);
                }
            }
            explicit = explicit.min(constraints.require_explicit.unwrap_or(u32::MAX));
            mapping = mapping.min(constraints.inhibit_mapping.unwrap_or(u32::MAX));
            any = any.min(certificate.extensions.inhibit_any_policy.unwrap_or(u32::MAX));
        }
        if explicit == 0 && !graph.has_policy(input.initial) { Err(PolicyError::NoValidPolicy) } else { Ok(()) }
    }

    /// §6.1.5 (g): whether a policy of the initial set is valid for the whole path.
    fn has_policy(&mut self, initial: &[&[u8]]) -> bool {
        let Some(last) = self.levels.last_mut().filter(|level| !level.is_empty()) else { return false };
        if initial.is_empty() || initial.contains(&ANY_POLICY) || last.any {
            return true;
        }
        for node in &mut last.nodes {
            node.reachable = true;
        }
        for at in (0..self.levels.len()).rev() {
            let (above, rest) = self.levels.split_at_mut(at);
            for node in rest[0].nodes.iter().filter(|node| node.reachable) {
                if node.parents.is_empty() && initial.contains(&node.policy) {
                    return true;
                }
                for parent in &node.parents {
                    if let Some(parent) = above.last_mut().and_then(|level| level.find(parent)) {
                        parent.reachable = true;
                    }
                }
            }
        }
        false
    }
}
