//! Writes `daticert.xml` (RFC 6109 §4.4). The one place to change when pec-core's writer takes over.

use super::Family;
use crate::Moment;

/// Certification data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertData {
    /// `tipo`.
    pub kind: &'static str,
    /// `errore`.
    pub error: &'static str,
    /// `mittente`.
    pub sender: String,
    /// `destinatari`: address and whether certified.
    pub recipients: Vec<(String, bool)>,
    /// `risposte`.
    pub reply_to: String,
    /// `oggetto`.
    pub subject: Option<String>,
    /// `gestore-emittente`.
    pub provider: String,
    /// `data`.
    pub at: Moment,
    /// `identificativo`, without angle brackets.
    pub pec_id: String,
    /// `msgid`, with angle brackets.
    pub client_message_id: Option<String>,
    /// `ricevuta/@tipo`.
    pub receipt: Option<&'static str>,
    /// `consegna`.
    pub delivered_to: Option<String>,
    /// `ricezione`.
    pub received_for: Vec<String>,
    /// `errore-esteso`.
    pub error_detail: Option<String>,
}

impl CertData {
    /// The XML as the family prints it: A indented with LF line ends, B on one line.
    #[must_use]
    pub fn xml(&self, family: Family) -> Vec<u8> {
        let mut out = Writer { out: String::new(), pretty: family == Family::A, depth: 0 };
        out.out.push_str(match family {
            Family::A => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            Family::B => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        });
        out.open(&format!("postacert tipo=\"{}\" errore=\"{}\"", self.kind, self.error));
        out.open("intestazione");
        out.text("mittente", &self.sender);
        for (address, certified) in &self.recipients {
            let class = if *certified { "certificato" } else { "esterno" };
            out.text(&format!("destinatari tipo=\"{class}\""), address);
        }
        out.text("risposte", &self.reply_to);
        if let Some(subject) = &self.subject {
            out.text("oggetto", subject);
        }
        out.close("intestazione");
        out.open("dati");
        out.text("gestore-emittente", &self.provider);
        out.open(&format!("data zona=\"{}\"", self.at.zona()));
        out.text("giorno", &self.at.giorno());
        out.text("ora", &self.at.ora());
        out.close("data");
        out.text("identificativo", &self.pec_id);
        if let Some(id) = &self.client_message_id {
            out.text("msgid", id);
        }
        if let Some(receipt) = self.receipt {
            out.line(&format!(
                "<ricevuta tipo=\"{receipt}\"{}",
                match family {
                    Family::A => " />",
                    Family::B => "></ricevuta>",
                }
            ));
        }
        if let Some(address) = &self.delivered_to {
            out.text("consegna", address);
        }
        for address in &self.received_for {
            out.text("ricezione", address);
        }
        if let Some(detail) = &self.error_detail {
            out.text("errore-esteso", detail);
        }
        out.close("dati");
        out.close("postacert");
        out.out.into_bytes()
    }
}

struct Writer {
    out: String,
    pretty: bool,
    depth: usize,
}

impl Writer {
    fn line(&mut self, text: &str) {
        if self.pretty {
            self.out.push_str(&"    ".repeat(self.depth));
        }
        self.out.push_str(text);
        if self.pretty {
            self.out.push('\n');
        }
    }

    fn open(&mut self, tag: &str) {
        self.line(&format!("<{tag}>"));
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(&format!("</{name}>"));
    }

    fn text(&mut self, tag: &str, value: &str) {
        let name = tag.split(' ').next().unwrap_or(tag);
        self.line(&format!("<{tag}>{}</{name}>", escape(value)));
    }
}

/// The text with the characters that XML reserves replaced.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
