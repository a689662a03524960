//! The whole table against a second one, written from the rows of the source: every state, act and condition, once by itself
//! and once through the aggregate.

use super::super::lifecycle::{
    Act, Confirmed, DelegateAct, DelegateState, ExpiryPlan, Facts, Guard, MailboxData, PasswordLink, Revoke, State,
    judge,
};
use super::*;

/// By row of FEATURES 1.2. A cell is the next state, with what has to hold behind `if`; or `!` and the refusal.
const ROWS: &str = "
act                    | requested              | declined               | registered                                | active                                              | revoked                             | fully-revoked                   | annulled
register               | registered             | !mailbox.not_requested | !mailbox.not_requested                    | !mailbox.not_requested                              | !mailbox.not_requested              | !mailbox.not_requested          | !mailbox.not_requested
decline                | declined               | !mailbox.not_requested | !mailbox.not_requested                    | !mailbox.not_requested                              | !mailbox.not_requested              | !mailbox.not_requested          | !mailbox.not_requested
activate               | !mailbox.not_registered| !mailbox.not_registered| active if contract-confirmed              | !mailbox.not_registered                             | !mailbox.not_registered             | !mailbox.not_registered         | !mailbox.not_registered
revoke                 | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | revoked if revoke-form                              | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
reactivate             | !mailbox.not_revoked   | !mailbox.not_revoked   | !mailbox.not_revoked                      | !mailbox.not_revoked                                | active if within-purchased          | !mailbox.not_revoked            | !mailbox.not_revoked
reactivate-annulled    | !mailbox.not_annulled  | !mailbox.not_annulled  | !mailbox.not_annulled                     | !mailbox.not_annulled                               | !mailbox.not_annulled               | !mailbox.not_annulled           | active if once-activated within-purchased
annul                  | !mailbox.not_registered| !mailbox.not_registered| annulled                                  | !mailbox.not_registered                             | !mailbox.not_registered             | !mailbox.not_registered         | !mailbox.not_registered
transform              | !mailbox.not_transformable | !mailbox.not_transformable | registered if in-contract         | active if in-contract                               | !mailbox.not_transformable          | !mailbox.not_transformable      | !mailbox.not_transformable
reset-password         | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active                                              | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
configure-preservation | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active                                              | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
report-services        | !mailbox.not_active    | !mailbox.not_active    | registered                                | active                                              | revoked                             | !mailbox.not_active             | !mailbox.not_active
edit                   | !mailbox.not_editable  | !mailbox.not_editable  | !mailbox.not_editable                     | active                                              | !mailbox.not_editable               | !mailbox.not_editable           | !mailbox.not_editable
stage-document         | !document.not_now      | !document.not_now      | registered                                | active                                              | !document.not_now                   | !document.not_now               | !document.not_now
remove-document        | !document.not_now      | !document.not_now      | registered if something-staged            | active if something-staged                          | !document.not_now                   | !document.not_now               | !document.not_now
confirm-documents      | !document.not_now      | !document.not_now      | registered if something-staged            | active if something-staged                          | !document.not_now                   | !document.not_now               | !document.not_now
plan-expiry            | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active                                              | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
preserve               | !preservation.unconfigured | !preservation.unconfigured | !preservation.unconfigured        | active if preservation-configured                   | !preservation.read_only             | !preservation.inaccessible      | !preservation.unconfigured
share-on               | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active if not-shared restore-place                  | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
share-off              | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active if shared no-delegate-active                 | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
add-delegate           | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active if shared delegate-fits delegate-place       | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
activate-delegate      | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active if shared delegate-known delegate-fits delegate-place | !mailbox.not_active        | !mailbox.not_active             | !mailbox.not_active
deactivate-delegate    | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active if shared delegate-known delegate-fits       | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
delete-delegate        | !mailbox.not_active    | !mailbox.not_active    | !mailbox.not_active                       | active if delegate-known delegate-fits              | !mailbox.not_active                 | !mailbox.not_active             | !mailbox.not_active
";

/// What is refused where a condition does not hold, by the rows of the source.
const CONDITIONS: [(&str, &str); 14] = [
    ("contract-confirmed", "document.contract_not_confirmed"),
    ("revoke-form", "document.revoke_form_missing"),
    ("within-purchased", "mailbox.reactivation_limit"),
    ("once-activated", "mailbox.never_activated"),
    ("in-contract", "mailbox.configuration_not_in_contract"),
    ("something-staged", "document.nothing_staged"),
    ("preservation-configured", "preservation.unconfigured"),
    ("shared", "sharing.off"),
    ("not-shared", "sharing.on"),
    ("no-delegate-active", "delegate.still_active"),
    ("delegate-place", "delegate.limit"),
    ("restore-place", "delegate.limit"),
    ("delegate-known", "org.not_found"),
    ("delegate-fits", "delegate.state"),
];

/// What a cell says: next state and conditions, or the refusal.
type Says = Result<(State, Vec<Guard>), &'static str>;

/// Act, state, and what the cell says.
fn cells() -> Vec<(Act, State, Says)> {
    let state = |name: &str| State::ALL.into_iter().find(|state| state.as_str() == name).unwrap();
    let guard = |name: &str| Guard::ALL.into_iter().find(|guard| guard.as_str() == name).unwrap();
    let mut lines = ROWS.trim().lines();
    let head: Vec<State> = lines.next().unwrap().split('|').skip(1).map(|name| state(name.trim())).collect();
    let mut cells = Vec::new();
    for line in lines {
        let mut row = line.split('|').map(str::trim);
        let name = row.next().unwrap();
        let act = Act::ALL.into_iter().find(|act| act.as_str() == name).unwrap();
        for (from, cell) in head.iter().zip(row) {
            let says = match cell.strip_prefix('!') {
                Some(code) => Err(code),
                None => {
                    let (next, conditions) = cell.split_once(" if ").unwrap_or((cell, ""));
                    Ok((state(next), conditions.split_whitespace().map(guard).collect()))
                }
            };
            cells.push((act, *from, says));
        }
    }
    cells
}

fn refusal(guard: Guard) -> &'static str {
    CONDITIONS.iter().find(|(name, _)| *name == guard.as_str()).unwrap().1
}

#[test]
fn every_state_act_and_set_of_conditions() {
    let cells = cells();
    assert_eq!(cells.len(), Act::ALL.len() * State::ALL.len());
    let mut judged = 0_u64;
    for set in 0..1_u32 << Guard::ALL.len() {
        let held: Vec<Guard> =
            (0..).zip(Guard::ALL).filter(|(bit, _)| set & (1 << bit) != 0).map(|(_, it)| it).collect();
        let facts = held.iter().fold(Facts::default(), |facts, guard| facts.with(*guard, true));
        for (act, state, says) in &cells {
            let expected = match says {
                Err(code) => Err(*code),
                Ok((next, guards)) => {
                    guards.iter().find(|guard| !held.contains(guard)).map_or(Ok(*next), |it| Err(refusal(*it)))
                }
            };
            let found = judge(*state, *act, facts).map_err(DeniedCode::as_str);
            assert_eq!(found, expected, "{state} {act} {set:b}");
            judged += 1;
        }
    }
    assert_eq!(judged, 7 * 23 * (1 << 14));
}

const BOX: &str = "gare@a1.it";

/// The aggregate with one mailbox in this state, and everything such that every condition holds but this one.
fn stand(state: State, act: Act, without: Option<Guard>) -> House {
    let mut house = House::new();
    let mailbox: MailboxAddress = code(BOX);
    let day = |house: &House, days: i64| house.now - SignedDuration::from_hours(24 * days);
    match state {
        State::Requested => drop(house.submit("R1", &[BOX]).unwrap()),
        State::Declined => {
            house.submit("R1", &[BOX]).unwrap();
            house.report(BOX, Said::Declined { why: code("dati incompleti") });
        }
        State::Registered => {
            house.submit("R1", &[BOX]).unwrap();
            house.register(BOX);
            if without != Some(Guard::ContractConfirmed) {
                house.confirm_contract(BOX);
            }
        }
        State::Active => house.enrol(BOX, "A1", Standing::Active(house.now)),
        State::Revoked => {
            let (activated, revoked) = (day(&house, 100), day(&house, 29));
            house.enrol(BOX, "A1", Standing::Revoked { activated, revoked });
        }
        State::FullyRevoked => {
            let (activated, revoked) = (day(&house, 100), day(&house, 30));
            house.enrol(BOX, "A1", Standing::Revoked { activated, revoked });
        }
        State::Annulled => {
            let activated = (without != Some(Guard::OnceActivated)).then(|| day(&house, 100));
            house.enrol(BOX, "A1", Standing::Annulled { activated, annulled: day(&house, 50) });
        }
    }
    if without == Some(Guard::WithinPurchased) {
        for other in ["uno@a1.it", "due@a1.it", "tre@a1.it"] {
            house.enrol(other, "A1", Standing::Active(house.now));
        }
    }
    let stages = matches!(act, Act::RemoveDocument | Act::ConfirmDocuments);
    if stages && without != Some(Guard::SomethingStaged) && matches!(state, State::Registered | State::Active) {
        let document = document(DocumentKind::RevokeForm, 'd');
        house.host(Command::StageDocument { mailbox: mailbox.clone(), document });
    }
    if state == State::Active {
        if act == Act::Revoke {
            house.host(Command::StageDocument {
                mailbox: mailbox.clone(),
                document: document(DocumentKind::RevokeForm, 'f'),
            });
            // What is not confirmed does not count.
            if without != Some(Guard::RevokeForm) {
                house.host(Command::ConfirmDocuments { mailbox: mailbox.clone() });
            }
        }
        if act == Act::Preserve && without != Some(Guard::PreservationConfigured) {
            house.report(BOX, Said::PreservationConfigured);
        }
        share(&mut house, act, without);
    }
    house
}

/// As far as sharing goes.
fn share(house: &mut House, act: Act, without: Option<Guard>) {
    let (mailbox, anna): (MailboxAddress, UserId) = (code(BOX), code("anna"));
    let change = |act| match act {
        DelegateAct::Create => Command::AddDelegate { mailbox: code(BOX), user: code("anna"), name: name() },
        DelegateAct::Activate => Command::ActivateDelegate { mailbox: code(BOX), user: code("anna") },
        DelegateAct::Deactivate => Command::DeactivateDelegate { mailbox: code(BOX), user: code("anna") },
        DelegateAct::Delete => Command::DeleteDelegate { mailbox: code(BOX), user: code("anna") },
    };
    let most = |max_active| Command::SetPolicy {
        policy: DelegationPolicy { max_active: Some(max_active), ..DelegationPolicy::default() },
    };
    match act {
        Act::ShareOn => {
            house.host(Command::ShareOn { mailbox: mailbox.clone() });
            if without == Some(Guard::NotShared) {
                return;
            }
            house.host(change(DelegateAct::Create));
            house.host(change(DelegateAct::Activate));
            house.host(change(DelegateAct::Deactivate));
            house.host(Command::ShareOff { mailbox });
            house.host(most(if without == Some(Guard::RestorePlace) { 0 } else { 1 }));
        }
        Act::ShareOff if without == Some(Guard::Shared) => {}
        Act::ShareOff => {
            house.host(Command::ShareOn { mailbox });
            if without == Some(Guard::NoDelegateActive) {
                house.host(change(DelegateAct::Create));
            }
        }
        Act::AddDelegate | Act::ActivateDelegate | Act::DeactivateDelegate | Act::DeleteDelegate => {
            if without == Some(Guard::Shared) && act == Act::AddDelegate {
                return;
            }
            house.host(Command::ShareOn { mailbox: mailbox.clone() });
            if without == Some(Guard::DelegateKnown) {
                return;
            }
            let fits = without != Some(Guard::DelegateFits);
            if act != Act::AddDelegate || !fits {
                house.host(change(DelegateAct::Create));
            }
            // Activating leads on to everything but being created; what leads nowhere is deleted.
            if !fits && act != Act::AddDelegate {
                house.host(change(DelegateAct::Delete));
            }
            if without == Some(Guard::Shared) {
                house.host(change(DelegateAct::Deactivate));
                house.host(Command::ShareOff { mailbox });
            }
            if without == Some(Guard::DelegatePlace) {
                if act == Act::ActivateDelegate {
                    house.host(change(DelegateAct::Deactivate));
                }
                house.host(most(0));
            }
            let state = house.mailbox(BOX).sharing().delegate(&anna).map(|delegate| delegate.state);
            assert!(fits || state.is_none_or(|it| matches!(it, DelegateState::Activating | DelegateState::Deleted)));
        }
        _ => {}
    }
}

/// The command by which an act is done.
fn command(house: &House, act: Act, without: Option<Guard>) -> Command {
    let (mailbox, user): (MailboxAddress, UserId) = (code(BOX), code("anna"));
    let said = match act {
        Act::Register => {
            Said::Registered { provider_user: code("U1"), activation_ref: code("N1"), activation_code: None }
        }
        Act::Decline => Said::Declined { why: code("dati incompleti") },
        Act::Activate => Said::Activated,
        Act::Revoke => Said::Revoked {
            revoke: Revoke::CustomerRequest { form: Some(document(DocumentKind::RevokeForm, 'f').digest) },
        },
        Act::Reactivate => Said::Reactivated,
        Act::ReactivateAnnulled => Said::ReactivatedAnnulled { confirm: Confirmed::after_the_question() },
        Act::Annul => Said::Annulled,
        Act::Transform => {
            Said::Transformed { to: code(if without == Some(Guard::InContract) { "standard" } else { "grande" }) }
        }
        Act::ResetPassword => Said::LinkSent { link: PasswordLink { issued_at: house.now } },
        Act::ConfigurePreservation => Said::PreservationConfigured,
        Act::ReportServices => Said::Services { services: Vec::new() },
        Act::Edit => return Command::Edit { mailbox, data: MailboxData::default() },
        Act::StageDocument => {
            return Command::StageDocument { mailbox, document: document(DocumentKind::Contract, 'e') };
        }
        Act::RemoveDocument => {
            return Command::RemoveDocument { mailbox, document: document(DocumentKind::RevokeForm, 'd').digest };
        }
        Act::ConfirmDocuments => return Command::ConfirmDocuments { mailbox },
        Act::PlanExpiry => {
            let plan = ExpiryPlan {
                service: code("PEC"),
                description: code("casella"),
                expires_at: house.now,
                notices: ExpiryPlan::NOTICES.into(),
                template: None,
            };
            return Command::PlanExpiry { mailbox, plan };
        }
        Act::ShareOn => return Command::ShareOn { mailbox },
        Act::ShareOff => return Command::ShareOff { mailbox },
        Act::AddDelegate => return Command::AddDelegate { mailbox, user, name: name() },
        Act::ActivateDelegate => return Command::ActivateDelegate { mailbox, user },
        Act::DeactivateDelegate => return Command::DeactivateDelegate { mailbox, user },
        Act::DeleteDelegate => return Command::DeleteDelegate { mailbox, user },
        Act::Preserve => unreachable!("asked, not commanded"),
    };
    Command::Report { mailbox, said, source: Source { at: house.now, adapter: None, reference: None } }
}

/// Does it, and says in which state the mailbox is then.
fn done(house: &mut House, act: Act, without: Option<Guard>) -> Result<State, &'static str> {
    let outcome = if act == Act::Preserve {
        house.organisation.may_preserve(&code(BOX), &By::Host, house.now).map(drop)
    } else {
        let command = command(house, act, without);
        house.give(&By::Host, command).map(drop)
    };
    outcome.map(|()| house.mailbox(BOX).state(house.now)).map_err(|denied| denied.code.as_str())
}

#[test]
fn every_state_act_and_condition_through_the_aggregate() {
    let mut conditions = 0;
    for (act, state, says) in cells() {
        let mut house = stand(state, act, None);
        assert_eq!(house.mailbox(BOX).state(house.now), state);
        let before = house.organisation.clone();
        let expected = says.as_ref().map(|(next, _)| *next).map_err(|code| *code);
        assert_eq!(done(&mut house, act, None), expected, "{state} {act}");
        if expected.is_err() {
            assert_eq!(house.organisation, before, "a refusal changes nothing");
        }
        for guard in says.into_iter().flat_map(|(_, guards)| guards) {
            let mut house = stand(state, act, Some(guard));
            assert_eq!(done(&mut house, act, Some(guard)), Err(refusal(guard)), "{state} {act} without {guard}");
            conditions += 1;
        }
    }
    assert_eq!(conditions, 28, "every condition of every cell");
}
