//! Orders on standard input: the clock, outages, faults.

use jiff::SignedDuration;
use pec_core::daticert::Kind;
use pec_sandbox::network::{Fault, FaultRule, House, Mailbox, Point};
use pec_sandbox::server::{Error, Server};

use crate::render::printable;
use crate::text::Text;

/// One order.
#[derive(Debug, Clone)]
pub(super) enum Order {
    Nothing,
    Help,
    Now,
    Advance(SignedDuration),
    Stop(House, Point),
    Restart(House, Point),
    Fault(FaultRule),
    Clear,
    Mailbox(Box<Mailbox>),
    Quit,
}

/// What an order came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// Nothing to say but the time.
    Clock,
    Help,
}

/// The orders, one a line, with what they do.
pub(super) const HELP: [(&str, &str, &str); 9] = [
    ("advance 12h", "porta avanti l'orologio (s, m, h, d)", "turns the clock forward (s, m, h, d)"),
    ("now", "dice l'ora della sandbox", "tells the sandbox's time"),
    (
        "stop beta incoming",
        "ferma un punto di ricezione (incoming) o di consegna (delivery)",
        "stops an incoming or delivery point",
    ),
    ("restart beta incoming", "lo riavvia: ciò che attendeva prosegue", "starts it again: what waited goes on"),
    (
        "fault lost avvenuta-consegna ufficio@…",
        "guasto sulle ricevute: lost, duplicated, reordered, foreign, forged, late=3h; tipo e destinatario a scelta",
        "fault on receipts: lost, duplicated, reordered, foreign, forged, late=3h; kind and recipient are optional",
    ),
    (
        "mailbox ufficio@…=full",
        "aggiunge una casella o ne cambia lo stato: active, full, disabled, byte di quota",
        "adds a mailbox or changes its state: active, full, disabled, bytes of quota",
    ),
    ("clear", "toglie i guasti", "takes the faults away"),
    ("help", "questo elenco", "this list"),
    ("quit", "termina", "ends"),
];

impl Order {
    pub(super) fn parse(line: &str) -> Result<Self, Text> {
        let words: Vec<&str> = line.split_whitespace().collect();
        Ok(match &words[..] {
            [] => Self::Nothing,
            ["help" | "?"] => Self::Help,
            ["now"] => Self::Now,
            ["quit" | "exit"] => Self::Quit,
            ["clear"] => Self::Clear,
            ["mailbox", mailbox] => Self::Mailbox(Box::new(super::mailbox(mailbox).map_err(|_| {
                let example = "anna@pec.alfa.example=full";
                Text::new(format!("indicare una casella come {example}"), format!("give a mailbox such as {example}"))
            })?)),
            ["advance", duration @ ..] => Self::Advance(length(&duration.concat())?),
            ["stop", house, point] => Self::Stop(known(house)?, at(point)?),
            ["restart", house, point] => Self::Restart(known(house)?, at(point)?),
            ["fault", fault, rest @ ..] => Self::Fault(rule(fault, rest)?),
            _ => {
                let line = printable(line);
                return Err(Text::new(
                    format!("ordine sconosciuto \"{line}\": `help` li elenca"),
                    format!("unknown order \"{line}\": `help` lists them"),
                ));
            }
        })
    }

    pub(super) fn obey(self, server: &Server) -> Result<Done, Text> {
        let outcome = match self {
            Self::Help => return Ok(Done::Help),
            Self::Nothing | Self::Quit | Self::Now => Ok(()),
            Self::Advance(duration) => server.advance(duration),
            Self::Stop(house, point) => server.with(|network| network.stop(house, point)),
            Self::Restart(house, point) => server.with(|network| network.restart(house, point)),
            Self::Fault(rule) => server.with(|network| {
                network.add_fault(rule);
                Ok(())
            }),
            Self::Mailbox(wanted) => server.with(|network| network.set(*wanted)),
            Self::Clear => server.with(|network| {
                network.clear_faults();
                Ok(())
            }),
        };
        outcome.map(|()| Done::Clock).map_err(|error: Error| Text::new(error.to_string(), error.to_string()))
    }
}

/// `12h`, `90m`, `1d`, `1h30m`.
fn length(text: &str) -> Result<SignedDuration, Text> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let duration = match days {
        Some(days) => days.checked_mul(24).and_then(SignedDuration::try_from_hours),
        None => text.parse().ok(),
    };
    duration
        .filter(|duration: &SignedDuration| !duration.is_negative())
        .ok_or_else(|| Text::new("indicare una durata come 12h, 30m, 1d", "give a duration such as 12h, 30m, 1d"))
}

fn known(name: &str) -> Result<House, Text> {
    super::house(name)
        .ok_or_else(|| Text::new("i gestori sono alfa, beta, gamma", "the providers are alfa, beta, gamma"))
}

fn at(name: &str) -> Result<Point, Text> {
    match name {
        "incoming" | "ricezione" => Ok(Point::Incoming),
        "delivery" | "consegna" => Ok(Point::Delivery),
        _ => Err(Text::new("i punti sono incoming e delivery", "the points are incoming and delivery")),
    }
}

fn rule(fault: &str, rest: &[&str]) -> Result<FaultRule, Text> {
    let fault = match fault.split_once('=') {
        Some(("late", by)) => Fault::Late(length(by)?),
        _ => match fault {
            "lost" => Fault::Lost,
            "duplicated" => Fault::Duplicated,
            "reordered" => Fault::Reordered,
            "foreign" => Fault::Foreign,
            "forged" => Fault::Forged,
            _ => {
                return Err(Text::new(
                    "i guasti sono lost, duplicated, reordered, foreign, forged, late=3h",
                    "the faults are lost, duplicated, reordered, foreign, forged, late=3h",
                ));
            }
        },
    };
    let mut rule = FaultRule::new(fault);
    for word in rest {
        if word.contains('@') {
            rule = rule.recipient(word);
            continue;
        }
        let kind = Kind::from_wire(word);
        if !kind.is_listed() {
            let word = printable(word);
            return Err(Text::new(
                format!("\"{word}\" non è un tipo di ricevuta, come avvenuta-consegna, né un indirizzo"),
                format!("\"{word}\" is neither a kind of receipt, such as avvenuta-consegna, nor an address"),
            ));
        }
        rule = rule.kind(kind);
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    #[test]
    fn orders_are_read() {
        let read = |line: &str| format!("{:?}", Order::parse(line).unwrap());
        let same = |line: &str, order: Order| assert_eq!(read(line), format!("{order:?}"), "{line}");
        let hours = SignedDuration::from_hours;
        same("advance 12h", Order::Advance(hours(12)));
        same(" advance  1h 30m ", Order::Advance(SignedDuration::from_mins(90)));
        same("advance 2d", Order::Advance(hours(48)));
        same("stop beta incoming", Order::Stop(House::Beta, Point::Incoming));
        same("restart ALFA consegna", Order::Restart(House::Alfa, Point::Delivery));
        let rule = FaultRule::new(Fault::Late(hours(3))).kind(Kind::Delivery).recipient("a@b.example");
        same("fault late=3h avvenuta-consegna a@b.example", Order::Fault(rule));
        same("mailbox a@b.example=disabled", Order::Mailbox(Box::new(Mailbox::disabled("a@b.example"))));
        same("", Order::Nothing);
        for wrong in [
            "advance",
            "advance tomorrow",
            "advance -1h",
            "advance 99999999999999999d",
            "stop delta incoming",
            "stop beta",
            "fault late",
            "fault odd",
            "fault lost ricevuta",
            "launch",
            "mailbox",
            "mailbox anna",
        ] {
            assert!(Order::parse(wrong).is_err(), "{wrong}");
        }
        for (order, ..) in HELP {
            assert!(Order::parse(&order.replace('…', "x.example")).is_ok(), "{order}");
        }
    }
}
