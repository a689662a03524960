//! Tax identifiers, as far as they can be judged without asking the registry: form and check character.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The tax identifier of a person (*codice fiscale*, 16 characters) or of a body or business (*codice fiscale numerico* or
/// *partita IVA*, 11 digits), in capitals and without blanks.
///
/// That it is well formed proves that nobody mistyped it. It does not prove that it was ever given to anybody.
///
/// ```
/// use pec_core::tax_id::{TaxId, TaxIdError, TaxIdKind};
/// let id: TaxId = "rssmra85t10a562s".parse()?;
/// assert_eq!((id.as_str(), id.kind()), ("RSSMRA85T10A562S", TaxIdKind::Person));
/// let id: TaxId = "IT 00743110157".parse()?;
/// assert_eq!((id.as_str(), id.kind()), ("00743110157", TaxIdKind::Body));
/// assert_eq!("00743110158".parse::<TaxId>(), Err(TaxIdError::Check { expected: '7' }));
/// # Ok::<(), TaxIdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[doc(alias = "codice fiscale")]
#[doc(alias = "partita IVA")]
pub struct TaxId(String);

/// Whose identifier it is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaxIdKind {
    /// Sixteen characters: a person.
    Person,
    /// Eleven digits: a body or a business; also the provisional one of a person.
    Body,
}

/// Why a text is no tax identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaxIdError {
    /// Neither 11 nor 16 characters.
    #[error("{found} characters, not 11 digits or 16 characters")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that cannot stand there.
    #[error("character {} cannot stand there", .at + 1)]
    Character {
        /// Which one, from 0.
        at: usize,
    },
    /// A day of birth that no month has, or that the month does not.
    #[error("the day of birth does not exist")]
    Day,
    /// The last character is not what the others come to: something is mistyped.
    #[error("the last character would be {expected}")]
    Check {
        /// What it would be.
        expected: char,
    },
}

impl TaxId {
    /// In capitals and without blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose it is, by its form.
    #[must_use]
    pub fn kind(&self) -> TaxIdKind {
        if self.0.len() == 11 { TaxIdKind::Body } else { TaxIdKind::Person }
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TaxId {
    type Error = TaxIdError;

    fn try_from(text: String) -> Result<Self, TaxIdError> {
        text.parse()
    }
}

impl From<TaxId> for String {
    fn from(id: TaxId) -> Self {
        id.0
    }
}

impl FromStr for TaxId {
    type Err = TaxIdError;

    /// Blanks and small letters are taken as people write them; so is `IT` in front of a *partita IVA*.
    fn from_str(text: &str) -> Result<Self, TaxIdError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let text = match text.strip_prefix("IT") {
            Some(digits) if digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.to_owned(),
            _ => text,
        };
        match text.chars().count() {
            11 => body(&text)?,
            16 => person(&text)?,
            found => return Err(TaxIdError::Length { found }),
        }
        Ok(Self(text))
    }
}

/// Eleven digits, the last of which is the check digit (DM 23/12/1976 art. 7; for the *partita IVA* DPR 633/1972 art. 35).
fn body(text: &str) -> Result<(), TaxIdError> {
    let mut sum = 0;
    for (at, c) in text.chars().enumerate() {
        let digit = c.to_digit(10).ok_or(TaxIdError::Character { at })?;
        sum += match (at, digit) {
            (10, _) => 0,
            (_, digit) if at % 2 == 0 => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
    }
    if text.bytes().all(|byte| byte == b'0') {
        // The sum is right, and nobody has it.
        return Err(TaxIdError::Character { at: 10 });
    }
    let expected = char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0');
    if text.ends_with(expected) { Ok(()) } else { Err(TaxIdError::Check { expected }) }
}

/// What stands where: six letters, year, month, day, place, check (DM 23/12/1976 art. 2 to 6).
const FORM: &[u8; 16] = b"LLLLLLDDMDDLDDDL";

/// Letters in place of digits where two persons would have the same code (*omocodia*): 0 is L, 9 is V.
const OMOCODIA: &str = "LMNPQRSTUV";

/// Letters of the months, and their longest.
const MONTHS: [(char, u32); 12] = [
    ('A', 31),
    ('B', 29),
    ('C', 31),
    ('D', 30),
    ('E', 31),
    ('H', 30),
    ('L', 31),
    ('M', 31),
    ('P', 30),
    ('R', 31),
    ('S', 30),
    ('T', 31),
];

/// What a character counts at an odd place, counted from 1: digits and letters alike (DM 23/12/1976 art. 6).
const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn person(text: &str) -> Result<(), TaxIdError> {
    let wrong = |at| TaxIdError::Character { at };
    let (mut sum, mut digits, mut longest, mut last) = (0, [0; 16], 31, ' ');
    for ((at, c), form) in text.chars().enumerate().zip(FORM) {
        match form {
            b'D' => *digits.get_mut(at).ok_or(wrong(at))? = digit(c).ok_or(wrong(at))?,
            b'M' => longest = MONTHS.iter().find(|(letter, _)| *letter == c).ok_or(wrong(at))?.1,
            _ if c.is_ascii_uppercase() => {}
            _ => return Err(wrong(at)),
        }
        let rank = c.to_digit(10).unwrap_or_else(|| u32::from(c).saturating_sub(u32::from('A')));
        sum += match at {
            15 => 0,
            _ if at % 2 == 0 => ODD.get(rank as usize).copied().ok_or(wrong(at))?,
            _ => rank,
        };
        last = c;
    }
    // Forty is added for women.
    let day = digits[9] * 10 + digits[10];
    let day = if day > 40 { day - 40 } else { day };
    if day == 0 || day > longest {
        return Err(TaxIdError::Day);
    }
    let expected = char::from(b'A' + (sum % 26) as u8);
    if last == expected { Ok(()) } else { Err(TaxIdError::Check { expected }) }
}

/// A digit, or the letter in its place.
fn digit(c: char) -> Option<u32> {
    let letter = || OMOCODIA.chars().zip(0..).find(|(letter, _)| *letter == c).map(|(_, digit)| digit);
    c.to_digit(10).or_else(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_registry_gives_is_taken() {
        // Person, woman (day + 40), omocodia in one place and in all of them; bodies.
        for id in ["RSSMRA85T10A562S", "BNCGLI80A41F205F", "RSSMRA85T10A56NH", "00743110157", "80078750587"] {
            assert_eq!(id.parse::<TaxId>().map(|id| id.to_string()), Ok(id.to_owned()));
        }
    }

    /// The check character by the tables of the decree, written out on their own: digits and letters one by one.
    fn check(code: &str) -> char {
        let odd = "0=1 1=0 2=5 3=7 4=9 5=13 6=15 7=17 8=19 9=21 A=1 B=0 C=5 D=7 E=9 F=13 G=15 H=17 I=19 J=21 K=2 L=4 M=18 \
                   N=20 O=11 P=3 Q=6 R=8 S=12 T=14 U=16 V=10 W=22 X=25 Y=24 Z=23";
        let sum: u32 = code
            .chars()
            .enumerate()
            .map(|(at, c)| match at % 2 {
                0 => odd
                    .split(' ')
                    .find_map(|row| row.strip_prefix(c)?.strip_prefix('='))
                    .map(|value| value.parse::<u32>().unwrap())
                    .unwrap(),
                _ => c.to_digit(10).unwrap_or_else(|| u32::from(c) - u32::from('A')),
            })
            .sum();
        char::from_u32(u32::from('A') + sum % 26).unwrap()
    }

    #[test]
    fn letters_may_stand_for_every_digit_of_a_code() {
        let digits = [6, 7, 9, 10, 12, 13, 14];
        for mask in 0..1_u32 << digits.len() {
            let mut code: Vec<char> = "RSSMRA85T10A562".chars().collect();
            for (bit, at) in digits.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0) {
                let _ = bit;
                code[*at] = OMOCODIA.chars().nth(code[*at].to_digit(10).unwrap() as usize).unwrap();
            }
            let code: String = code.into_iter().collect();
            let whole = format!("{code}{}", check(&code));
            assert_eq!(whole.parse::<TaxId>().map(|id| id.kind()), Ok(TaxIdKind::Person), "{whole}");
        }
    }

    #[test]
    fn each_mistyped_character_is_seen() {
        for id in ["RSSMRA85T10A562S", "00743110157"] {
            for at in 0..id.len() {
                let own = id.as_bytes()[at];
                let others = if own.is_ascii_digit() { b'0'..=b'9' } else { b'A'..=b'Z' };
                for other in others.filter(|other| *other != own) {
                    let mut wrong = id.to_owned();
                    wrong.replace_range(at..=at, &char::from(other).to_string());
                    assert!(wrong.parse::<TaxId>().is_err(), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn what_is_none_says_why() {
        let cases = [
            ("", TaxIdError::Length { found: 0 }),
            ("0074311015", TaxIdError::Length { found: 10 }),
            ("0074311015X", TaxIdError::Character { at: 10 }),
            ("00000000000", TaxIdError::Character { at: 10 }),
            ("RSSMRA85X10A562S", TaxIdError::Character { at: 8 }),
            ("RSSMRA8AT10A562S", TaxIdError::Character { at: 7 }),
            ("RSSMRA85T32A562S", TaxIdError::Day),
            ("RSSMRA85B70A562S", TaxIdError::Day),
            ("RSSMRA85T10A562T", TaxIdError::Check { expected: 'S' }),
            ("ÀSSMRA85T10A562S", TaxIdError::Character { at: 0 }),
            ("0074311015७", TaxIdError::Character { at: 10 }),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<TaxId>(), Err(error), "{text}");
        }
    }
}
