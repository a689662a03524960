//! Queries on the command line: `-da:anna` stands for what must not be found, and is no option.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

/// The arguments, a blank before each that belongs to a query and begins as an option does. Blanks say nothing in a query, and what
/// begins with one is never taken for an option; clap alone would take every option behind the first word for a word.
pub(crate) fn set_apart(root: &Command, arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut reader = Reader { commands: vec![root], words: 0, state: State::Free };
    let arguments = arguments.into_iter().enumerate();
    arguments.map(|(n, argument)| if n == 0 { argument } else { reader.next(argument) }).collect()
}

/// What is typed as a query, in one text.
pub(crate) fn joined(words: &[String]) -> String {
    words.iter().map(|word| word.trim_start()).collect::<Vec<_>>().join(" ")
}

/// What the next argument can be.
enum State {
    Free,
    /// The value of an option.
    Value,
    /// No option any more: `--` was read.
    Words,
}

struct Reader<'c> {
    /// The command and those above it.
    commands: Vec<&'c Command>,
    /// Arguments of the command that are no options.
    words: usize,
    state: State,
}

impl Reader<'_> {
    fn next(&mut self, argument: OsString) -> OsString {
        match self.state {
            State::Words => return argument,
            State::Value => self.state = State::Free,
            State::Free => {
                let text = argument.to_str().unwrap_or_default();
                if text == "--" {
                    self.state = State::Words;
                } else if let Some(long) = text.strip_prefix("--") {
                    self.option(|known| known.get_long() == Some(long), true);
                } else if let Some(short) = text.strip_prefix('-').filter(|short| !short.is_empty()) {
                    let first = short.chars().next();
                    let known = self.option(|known| known.get_short() == first, short.chars().nth(1).is_none());
                    if !known && short != "h" && self.is_in_query() {
                        return [OsStr::new(" "), &argument].into_iter().collect();
                    }
                } else {
                    self.word(text);
                }
            }
        }
        argument
    }

    /// Whether there is such an option; where nothing stands behind its name, its value is the next argument.
    fn option(&mut self, is: impl Fn(&Arg) -> bool, ends: bool) -> bool {
        let known = self.commands.iter().flat_map(|command| command.get_arguments()).find(|known| is(known));
        if ends && known.is_some_and(|known| known.get_action().takes_values()) {
            self.state = State::Value;
        }
        known.is_some()
    }

    fn word(&mut self, text: &str) {
        let command = self.commands.last().and_then(|command| command.find_subcommand(text));
        match command {
            Some(command) => self.commands.push(command),
            None => self.words += 1,
        }
    }

    /// Whether words of a query may come: behind the archive.
    fn is_in_query(&self) -> bool {
        let mut known = self.commands.last().into_iter().flat_map(|command| command.get_positionals());
        self.words > 0 && known.any(|known| known.get_id() == "query")
    }
}
