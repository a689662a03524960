//! The readable text of each kind (RFC 6109 §3.x, wording of PEC-SPEC §2.15), ISO-8859-1 and quoted-printable.

use super::{Family, Headers, Part, crlf, quoted_printable};

/// What the text says, and the title above it.
#[derive(Debug, Clone)]
pub struct Wording {
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
}

/// The first child: plain text in family B, plain text and HTML in family A.
#[must_use]
pub fn part(family: Family, wording: &Wording, boundary: &str) -> Part {
    let plain = format!("{}\n\n{}\n", wording.title, wording.body);
    match family {
        Family::B => text_part("plain", &plain, false),
        Family::A => {
            let html = format!(
                "<html>\n<head><title>{0}</title></head>\n<body>\n<h3>{0}</h3>\n<hr><br>\n{1}<br>\n</body>\n</html>\n",
                markup(&wording.title),
                markup(&wording.body).replace('\n', "<br>\n"),
            );
            let kind = format!("multipart/alternative;\r\n boundary=\"{boundary}\"");
            let headers = Headers::from([("Content-Type", ""), ("Content-Transfer-Encoding", "binary")]);
            let parts = [text_part("plain", &plain, true), text_part("html", &html, true)];
            Part::multipart(headers, &kind, "", boundary, &parts)
        }
    }
}

/// A text part in ISO-8859-1, quoted-printable.
#[must_use]
pub fn text_part(subtype: &str, text: &str, inline: bool) -> Part {
    let mut headers = Headers::default();
    headers.push("Content-Type", format!("text/{subtype}; charset=\"iso-8859-1\""));
    if inline {
        headers.push("Content-Disposition", "inline");
    }
    headers.push("Content-Transfer-Encoding", "quoted-printable");
    Part { headers, body: quoted_printable(&crlf(&latin1(text))) }
}

/// ISO-8859-1, with `?` for what it does not have.
#[must_use]
pub fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

fn markup(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            'è' => out.push_str("&egrave;"),
            other => out.push(other),
        }
    }
    out
}
