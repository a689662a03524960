//! `pec org act`: many commands, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::ExitCode;

use pec_archive::Error;

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
                Ok(events) if self.is_json() => {
                    let events: Vec<String> = events.iter().map(written).collect();
                    format!(r#"{{"line":{n},"events":[{}],"refused":null,"error":null}}"#, events.join(","))
                }
                Ok(events) => {
                    let each = events.iter().map(|event| format!("{n}: {}", told::event(&value(&written(event)))));
                    let told: Vec<String> = each.map(|line| printable(&line)).collect();
                    let so_already = || format!("{n}: {}", self.say("era già così", "it was so already"));
                    if told.is_empty() { so_already() } else { told.join("\n") }
                }
                Err(Error::Denied(denied)) => {
                    refused = true;
                    if self.is_json() {
                        format!(r#"{{"line":{n},"events":[],"refused":{},"error":null}}"#, denied.to_json())
                    } else {
                        anstream::eprintln!("pec: {n}: {}", printable(&self.why(&denied)));
                        continue;
                    }
                }
                Err(error @ Error::BadValue { what: "command", .. }) => {
                    refused = true;
                    if self.is_json() {
                        let error = serde_json::Value::from(error.to_string());
                        format!(r#"{{"line":{n},"events":[],"refused":null,"error":{error}}}"#)
                    } else {
                        anstream::eprintln!("pec: {n}: {}", printable(&error.to_string()));
                        continue;
                    }
                }
                Err(error) => return Err(failed(&error)),
            };
            writeln!(output, "{answer}")?;
        }
        Ok(ExitCode::from(u8::from(refused)))
    }
}
