//! The model test: random schedules of sends, receipts, faults and turns of the clock, where the state of each recipient
//! equals the one of a plain oracle, at every step.
//!
//! The oracle shares nothing with the room: it reads a list of words from front to back. What was forged, or says what
//! its issuer may not say, it knows from the schedule, not from the records.

use std::collections::BTreeMap;

use super::made::{HOURS_12, HOURS_24, MALLORY, Made, accepted, delivered, failed, failed_virus, notice, refused};
use super::scene::{ANNA, COPY, OFFICE, OUTSIDE, at, fill, reports, state};
use crate::daticert::{Address, CertTime, Kind};
use crate::limits::Limits;
use crate::message::Message;
use crate::reconcile::{HashKey, Ledger, Record, Source, State};
use crate::verify::Verdict;

/// SplitMix64: the same schedule on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Accepted,
    Refused,
    Delivered,
    Failed,
    FailedVirus,
    Notice,
}

/// What arrived, as the oracle sees it.
#[derive(Debug, Clone)]
struct Seen {
    word: Word,
    about: Option<&'static str>,
    minute: i64,
    detail: &'static str,
    /// By a genuine provider that is not the one to say it.
    foreign: bool,
}

/// VERDICT §7, word by word.
fn oracle(seen: &[Seen], recipient: &str) -> State {
    // A foreign word of the sender's provider is heard only while the identifier's own provider is silent and the
    // stranger has taken the place with an acceptance or refusal.
    let entry = |word: Word| word == Word::Accepted || word == Word::Refused;
    let home = seen.iter().any(|s| !s.foreign && entry(s.word));
    let stranger = seen.iter().any(|s| s.foreign && entry(s.word));
    let mut heard: Vec<&Seen> = Vec::new();
    for s in seen {
        let senders_word = !matches!(s.word, Word::Delivered | Word::Failed);
        let listens = if s.foreign { !home && stranger } else { !senders_word || home || !stranger };
        if listens && s.about.is_none_or(|about| about == recipient) {
            heard.push(s);
        }
    }
    // At one instant the digest decides; without signatures all digests are the same, and then the kind does.
    heard.sort_by_key(|s| (s.minute, s.word));
    let any = |word: Word| heard.iter().any(|s| s.word == word);
    let first = |word: Word| heard.iter().find(|s| s.word == word).map(|s| s.minute);
    let mut twelve = false;
    let mut timeout: Option<i64> = None;
    let mut notices: Vec<i64> = Vec::new();
    for s in heard.iter().filter(|s| s.word == Word::Notice) {
        let rank = notices.iter().filter(|minute| **minute != s.minute).count();
        notices.push(s.minute);
        notices.sort_unstable();
        notices.dedup();
        let is_timeout = match first(Word::Accepted) {
            Some(accepted) => s.minute - accepted >= 22 * 60,
            None if s.detail == HOURS_24 => true,
            None if s.detail == HOURS_12 => false,
            None => rank > 0,
        };
        if is_timeout {
            timeout = timeout.or(Some(s.minute));
        } else {
            twelve = true;
        }
    }
    let delivered = first(Word::Delivered);
    let failure = heard.iter().find(|s| s.word == Word::Failed || s.word == Word::FailedVirus).map(|s| s.word);
    if any(Word::Refused) && (any(Word::Accepted) || delivered.is_some()) {
        return State::Conflict;
    }
    match (delivered, failure, timeout) {
        (Some(_), Some(_), _) => State::Conflict,
        (Some(delivered), None, Some(timeout)) if timeout < delivered => State::DeliveredLate,
        (Some(_), None, _) => State::Delivered,
        (None, Some(Word::Failed), _) => State::Failed,
        (None, Some(_), _) => State::FailedVirus,
        (None, None, Some(_)) => State::TimedOut,
        (None, None, None) if twelve => State::Delayed,
        (None, None, None) if any(Word::Refused) => State::Refused,
        (None, None, None) if any(Word::Accepted) && recipient == OUTSIDE => State::ExternalFinal,
        (None, None, None) if any(Word::Accepted) => State::AwaitingDelivery,
        (None, None, None) => State::Pending,
    }
}

/// One message on its way.
struct Letter {
    number: u64,
    sent_at: i64,
    seen: Vec<Seen>,
    records: Vec<Record>,
    /// Receipts that are still under way: minute of arrival, receipt, what the oracle will see.
    mail: Vec<(i64, Made, Option<Seen>)>,
}

impl Letter {
    fn pec_id(&self) -> String {
        format!("opec{}.1@pec.alfa.example", self.number)
    }

    fn message_id(&self) -> String {
        format!("{}@ditta.example", self.number)
    }

    /// The item as one about this letter.
    fn tied(&self, made: Made) -> Made {
        let (pec_id, message_id) = (self.pec_id(), self.message_id());
        let own = format!("{}.{}", self.number, made.own);
        made.own(&own).with(|data| {
            data.pec_id = Some(pec_id);
            data.client_message_id = Some(format!("<{message_id}>"));
        })
    }

    fn submitted(&self, source: u64) -> Record {
        let sent = format!("Message-ID: <{}>\r\nFrom: {ANNA}\r\nTo: {OFFICE}\r\n\r\n.\r\n", self.message_id());
        let message = Message::parse(sent.as_bytes(), &Limits::DEFAULT);
        let at = at(0).plus(self.sent_at * 60 - 5).timestamp();
        Record::submitted(Source(source), &message, ANNA, &[OFFICE, COPY, OUTSIDE], at)
    }

    /// What providers issue for this letter from its acceptance on, and what goes wrong with it.
    fn post(&mut self, dice: &mut Dice) {
        let start = self.sent_at;
        let genuine = |word, about, minute, detail| Some(Seen { word, about, minute, detail, foreign: false });
        let entry = if dice.chance(90) { (accepted(), Word::Accepted) } else { (refused(), Word::Refused) };
        let mut issued = vec![(retimed(entry.0, start), genuine(entry.1, None, start, ""))];
        if dice.chance(2) {
            issued.push((retimed(refused(), start + 1), genuine(Word::Refused, None, start + 1, "")));
        }
        for about in [OFFICE, COPY, OUTSIDE] {
            if dice.chance(30) {
                let minute = start + 720 + dice.roll(5).cast_signed();
                let detail = dice.pick(&["", HOURS_12]);
                issued.push((notice(about, minute, detail), genuine(Word::Notice, Some(about), minute, detail)));
            }
            if dice.chance(20) {
                let minute = start + 1320 + dice.roll(120).cast_signed();
                let detail = dice.pick(&["", HOURS_24]);
                issued.push((notice(about, minute, detail), genuine(Word::Notice, Some(about), minute, detail)));
            }
            if dice.chance(if about == OUTSIDE { 4 } else { 70 }) {
                let minute = start + dice.pick(&[1, 2, 700, 1000, 1319, 1500, 3000]);
                issued.push((delivered(about, minute), genuine(Word::Delivered, Some(about), minute, "")));
            }
            if dice.chance(12) {
                let minute = start + dice.pick(&[1, 3, 900, 1600]);
                issued.push((failed(about, minute), genuine(Word::Failed, Some(about), minute, "")));
            }
            if dice.chance(6) {
                let minute = start + dice.pick(&[1, 2, 900]);
                issued.push((failed_virus(about, minute), genuine(Word::FailedVirus, Some(about), minute, "")));
            }
            self.fakes(about, start, dice, &mut issued);
        }
        for (made, seen) in issued {
            let made = self.tied(made);
            // Lost; late and thereby reordered; duplicated; edited outside.
            if dice.chance(10) {
                continue;
            }
            let arrival = start + dice.roll(4000).cast_signed();
            if dice.chance(15) {
                self.mail.push((arrival + dice.roll(3000).cast_signed(), made.clone(), seen.clone()));
            }
            if dice.chance(8) {
                let edited = made.clone().own("the same for all@edited.example");
                self.mail.push((arrival + 1, edited, seen.clone()));
            }
            self.mail.push((arrival, made, seen));
        }
    }

    /// Forged, altered and foreign items, of which the oracle hears nothing, or only as a stranger's word.
    fn fakes(&self, about: &'static str, start: i64, dice: &mut Dice, issued: &mut Vec<(Made, Option<Seen>)>) {
        if dice.chance(10) {
            let verdict =
                dice.pick(&[Verdict::Forged, Verdict::Altered, Verdict::IntactButUntrusted, Verdict::Unverifiable]);
            let made = dice.pick(&[delivered, failed])(about, start + 4);
            issued.push((made.verdict(verdict), None));
        }
        if dice.chance(6) {
            // The identifier under another sender.
            let bruno = |data: &mut crate::daticert::CertData| data.sender = Some(Address::new("bruno@pec.x.example"));
            issued.push((delivered(about, start + 5).with(bruno), None));
        }
        if dice.chance(6) {
            // A recipient whom nobody addressed.
            issued.push((delivered("intruso@cert.beta.example", start + 6), None));
        }
        if dice.chance(6) {
            let minute = start + dice.pick(&[3, 1400]);
            let (kind, word, to) = dice.pick(&[
                (Kind2::Acceptance, Word::Accepted, None),
                (Kind2::NonAcceptance, Word::Refused, None),
                (Kind2::DelayNotice, Word::Notice, Some(about)),
            ]);
            let kind = match kind {
                Kind2::Acceptance => Kind::Acceptance,
                Kind2::NonAcceptance => Kind::NonAcceptance,
                Kind2::DelayNotice => Kind::DelayNotice,
            };
            let made = Made::new(kind, MALLORY, minute);
            let made = if let Some(to) = to { made.to(to) } else { made };
            issued.push((made, Some(Seen { word, about: to, minute, detail: "", foreign: true })));
        }
    }
}

/// Kinds that a stranger imitates.
#[derive(Debug, Clone, Copy)]
enum Kind2 {
    Acceptance,
    NonAcceptance,
    DelayNotice,
}

fn retimed(made: Made, minute: i64) -> Made {
    made.with(|data| data.time = CertTime::at(at(0).plus(minute * 60).timestamp(), 60))
}

/// Steps: sends, arrivals and turns of the clock.
const STEPS: usize = 100_000;

#[test]
fn a_hundred_thousand_steps_against_the_oracle() {
    let mut dice = Dice(20_260_209);
    let mut ledger = Ledger::new(HashKey::new([9; 16]));
    let mut letters: Vec<Letter> = Vec::new();
    let (mut now, mut source, mut number) = (0_i64, 0_u64, 0_u64);
    let mut counted: BTreeMap<State, usize> = BTreeMap::new();
    for step in 0..STEPS {
        let due = letters.iter_mut().find_map(|letter| {
            let index = letter.mail.iter().position(|(arrival, ..)| *arrival <= now)?;
            let (_, made, seen) = letter.mail.swap_remove(index);
            Some((letter, made, seen))
        });
        let touched = if let Some((letter, made, seen)) = due {
            source += 1;
            let record = made.record(source);
            letter.records.push(record.clone());
            letter.seen.extend(seen);
            ledger.add(record).unwrap();
            letter.number
        } else if letters.len() < 40 && dice.chance(60) {
            number += 1;
            source += 1;
            let mut letter = Letter { number, sent_at: now, seen: Vec::new(), records: Vec::new(), mail: Vec::new() };
            letter.post(&mut dice);
            let submitted = letter.submitted(source);
            ledger.add(submitted.clone()).unwrap();
            letter.records.push(submitted);
            letters.push(letter);
            number
        } else {
            now += 1 + dice.roll(600).cast_signed();
            // Letters without mail under way are done: another order must tell the same story.
            let clock = at(0).plus(now * 60).timestamp();
            letters.retain(|letter| {
                let done = letter.mail.is_empty();
                if done && letter.number % 5 == 0 {
                    let reversed: Vec<Record> = letter.records.iter().rev().cloned().collect();
                    let forwards = reports(&fill(Ledger::new(HashKey::new([1; 16])), &letter.records), clock);
                    assert_eq!(forwards, reports(&fill(Ledger::new(HashKey::new([2; 16])), &reversed), clock));
                }
                !done
            });
            continue;
        };
        let Some(letter) = letters.iter().find(|letter| letter.number == touched) else { continue };
        let clock = at(0).plus(now * 60).timestamp();
        let dossiers = ledger.dossiers_of_message(&letter.message_id(), clock);
        let ours: Vec<_> = dossiers.iter().filter(|dossier| dossier.sender == Some(ANNA)).collect();
        assert_eq!(ours.len(), 1, "step {step}");
        for recipient in [OFFICE, COPY, OUTSIDE] {
            let expected = oracle(&letter.seen, recipient);
            let found = state(ours[0], recipient);
            assert_eq!(found, expected, "step {step}, {recipient}: {:#?}\n{:#?}", letter.seen, ours[0]);
            *counted.entry(found).or_default() += 1;
        }
    }
    for state in State::ALL {
        assert!(counted.get(&state).is_some_and(|count| *count > 100), "{state} hardly occurs: {counted:?}");
    }
    println!("{number} messages, {source} records, states seen: {counted:?}");
}
