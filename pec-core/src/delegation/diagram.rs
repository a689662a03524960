//! The life of a mailbox as a picture: docs/lifecycle.svg is this, byte for byte. Arrows and their words come from the table;
//! only where a state stands is decided here.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::lifecycle::{Act, State, Step, step};

/// Width and height of a box.
const BOX: (i32, i32) = (150, 54);

/// Width and height of the picture.
const WHOLE: (i32, i32) = (1_180, 500);

/// Left and top of the box of a state.
const fn place(state: State) -> (i32, i32) {
    match state {
        State::Requested => (40, 90),
        State::Registered => (330, 90),
        State::Active => (660, 90),
        State::Revoked => (660, 330),
        State::FullyRevoked => (990, 330),
        State::Annulled => (330, 330),
        State::Declined => (40, 330),
    }
}

/// What the state is called in Italian; nothing where the source has no word for it.
const fn italian(state: State) -> &'static str {
    match state {
        State::Requested => "richiesta",
        State::Declined => "",
        State::Registered => "registrata",
        State::Active => "evasa",
        State::Revoked => "revocata",
        State::FullyRevoked => "revoca completa",
        State::Annulled => "annullata",
    }
}

/// An arrow from box to box, with its words.
struct Arrow {
    from: State,
    to: State,
    words: String,
    by_time: bool,
}

/// The picture, each line ended by LF.
#[must_use]
pub fn diagram() -> String {
    let (width, height) = WHOLE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"sans-serif\" \
         font-size=\"14\">\n<title>The states of a mailbox</title>\n<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" \
         refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0L10 5L0 10z\" \
         fill=\"#334\"/></marker></defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{text}");
    };
    line(format_args!("<text x=\"40\" y=\"40\" font-size=\"18\" font-weight=\"bold\">The life of a mailbox</text>"));
    for arrow in arrows() {
        draw(&arrow, &mut line);
    }
    for state in State::ALL {
        let (x, y) = place(state);
        let fill = if state == State::Active { "#dff3e4" } else { "#eef1f6" };
        line(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{fill}\" stroke=\"#334\"/>",
            BOX.0, BOX.1
        ));
        let middle = x + BOX.0 / 2;
        let first = if italian(state).is_empty() { y + 32 } else { y + 24 };
        line(format_args!(
            "<text x=\"{middle}\" y=\"{first}\" text-anchor=\"middle\" font-weight=\"bold\">{state}</text>"
        ));
        if !italian(state).is_empty() {
            line(format_args!(
                "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" font-style=\"italic\">{}</text>",
                y + 43,
                italian(state)
            ));
        }
    }
    line(format_args!(
        "<text x=\"40\" y=\"{}\">Solid: the provider has said so. Dashed: by time alone. In brackets: what has to hold.</text>",
        height - 60
    ));
    line(format_args!(
        "<text x=\"40\" y=\"{}\">Acts that leave the state as it is: {}.</text>",
        height - 34,
        within().join(", ")
    ));
    out.push_str("</svg>\n");
    out
}

/// Every act that leads to another state, and what time does.
fn arrows() -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for act in Act::ALL {
        for from in State::ALL {
            if let Step::To(to, guards) = step(from, act)
                && to != from
            {
                let guards: Vec<&str> = guards.iter().map(|guard| guard.as_str()).collect();
                let words = if guards.is_empty() { act.to_string() } else { format!("{act} [{}]", guards.join(", ")) };
                arrows.push(Arrow { from, to, words, by_time: false });
            }
        }
    }
    let (from, to) = (State::Revoked, State::FullyRevoked);
    arrows.push(Arrow { from, to, words: "after 30 days".into(), by_time: true });
    arrows
}

/// How many acts leave a state as it is.
fn within() -> Vec<String> {
    let mut stays: BTreeMap<State, u32> = BTreeMap::new();
    for (act, state) in Act::ALL.into_iter().flat_map(|act| State::ALL.map(|state| (act, state))) {
        if matches!(step(state, act), Step::To(to, _) if to == state) {
            *stays.entry(state).or_default() += 1;
        }
    }
    stays.into_iter().map(|(state, acts)| format!("{state} {acts}")).collect()
}

fn draw(arrow: &Arrow, line: &mut impl FnMut(std::fmt::Arguments<'_>)) {
    let ((from_x, from_y), (to_x, to_y)) = (place(arrow.from), place(arrow.to));
    let (half_width, half_height) = (BOX.0 / 2, BOX.1 / 2);
    let dash = if arrow.by_time { " stroke-dasharray=\"6 5\"" } else { "" };
    let mut stroke = |x1: i32, y1: i32, x2: i32, y2: i32| {
        line(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#334\"{dash} marker-end=\"url(#head)\"/>"
        ));
    };
    // Words stand above a line that lies, beside one that stands, and to the left of one that leans.
    let (x, y, anchor) = if from_y == to_y {
        stroke(from_x + BOX.0, from_y + half_height, to_x, to_y + half_height);
        ((from_x + BOX.0 + to_x) / 2, from_y + half_height - 10, "middle")
    } else if from_x == to_x {
        // Down to the left of the middle, up to the right of it.
        let down = from_y < to_y;
        let x = from_x + half_width + if down { -24 } else { 24 };
        let (begin, end) = if down { (from_y + BOX.1, to_y) } else { (from_y, to_y + BOX.1) };
        stroke(x, begin, x, end);
        let (x, anchor) = if down { (x - 8, "end") } else { (x + 8, "start") };
        (x, (begin + end) / 2 + if down { -14 } else { 18 }, anchor)
    } else {
        stroke(from_x + BOX.0, from_y, to_x, to_y + BOX.1);
        ((from_x + BOX.0 + to_x) / 2 - 22, (from_y + to_y + BOX.1) / 2 - 32, "end")
    };
    let (first, rest) = arrow.words.split_once(" [").map_or((arrow.words.as_str(), None), |(a, b)| (a, Some(b)));
    line(format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{first}</text>"));
    // The conditions below the line that lies, else below the words, one each.
    let mut y = if from_y == to_y { y + 28 } else { y + 17 };
    for condition in rest.into_iter().flat_map(|rest| rest.trim_end_matches(']').split(", ")) {
        line(format_args!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"#556\">[{condition}]</text>"
        ));
        y += 16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_every_change_of_state_is_drawn() {
        let picture = diagram();
        for state in State::ALL {
            assert!(picture.contains(&format!(">{state}</text>")), "{state}");
        }
        let arrows = arrows();
        assert_eq!(picture.matches("marker-end").count(), arrows.len());
        let changes = Act::ALL.into_iter().flat_map(|act| State::ALL.map(|state| (state, step(state, act))));
        let changes = changes.filter(|(state, step)| matches!(step, Step::To(to, _) if to != state)).count();
        assert_eq!(arrows.len(), changes + 1, "each of the table, and time");
        assert_eq!(changes, 7);
    }
}
