//! `pec org act`: many commands, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::ExitCode;

use pec_archive::Error;
use pec_core::delegation::{Denied, Event, SCHEMA};

use super::Call;
use super::call::{value, written};
use super::told;
use crate::archive::failed;
use crate::render::printable;
use crate::text::{Stop, Text};

impl Call<'_> {
    /// Does one line after the other. What is refused, or is no command, is told with its line, and stops nothing.
    pub(super) fn batch(&self, path: &Path, file: &Path) -> Result<ExitCode, Stop> {
        let archive = self.open(path)?;
        let read = |error: &io::Error| Text::of_io(error).at(file);
        let lines: Box<dyn BufRead> = if file.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(file).map_err(|error| read(&error))?))
        };
        let mut output = anstream::stdout();
        let mut refused = false;
        for (n, line) in (1_u64..).zip(lines.lines()) {
            let line = line.map_err(|error| read(&error))?;
            if line.trim().is_empty() {
                continue;
            }
            let answer = match archive.act_json(self.actor(), &line, self.now) {
                Ok(events) => Answer::Done(events),
                Err(Error::Denied(denied)) => Answer::Refused(denied),
                Err(error @ Error::BadValue { what: "command", .. }) => Answer::NoCommand(error.to_string()),
                Err(error) => return Err(failed(&error)),
            };
            refused |= !matches!(answer, Answer::Done(_));
            if self.is_json() {
                writeln!(output, "{}", answer.to_json(n))?;
            } else {
                self.tell_line(n, &answer)?;
            }
        }
        Ok(ExitCode::from(u8::from(refused)))
    }

    fn tell_line(&self, n: u64, answer: &Answer) -> Result<(), Stop> {
        let mut output = anstream::stdout();
        match answer {
            Answer::Done(events) if events.is_empty() => {
                writeln!(output, "{n}: {}", self.say("era già così", "it was so already"))?;
            }
            Answer::Done(events) => {
                for event in events {
                    writeln!(output, "{n}: {}", printable(&told::event(&value(&written(event)))))?;
                }
            }
            Answer::Refused(denied) => anstream::eprintln!("pec: {n}: {}", printable(&self.why(denied))),
            Answer::NoCommand(why) => anstream::eprintln!("pec: {n}: {}", printable(why)),
        }
        Ok(())
    }
}

/// What came of a line.
enum Answer {
    Done(Vec<Event>),
    Refused(Denied),
    NoCommand(String),
}

impl Answer {
    fn to_json(&self, line: u64) -> String {
        let none = || "null".to_owned();
        let (events, refused, error) = match self {
            Self::Done(events) => (events.iter().map(written).collect::<Vec<_>>().join(","), none(), none()),
            Self::Refused(denied) => (String::new(), denied.to_json(), none()),
            Self::NoCommand(why) => (String::new(), none(), serde_json::Value::from(why.as_str()).to_string()),
        };
        let head = format!(r#"{{"schema":"{SCHEMA}","report":"line","line":{line}"#);
        format!(r#"{head},"events":[{events}],"refused":{refused},"error":{error}}}"#)
    }
}
