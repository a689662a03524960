//! The fuzz targets, each a function of any bytes. The assertions are in `pec_core::fuzzing`; here is the sandbox in
//! which they are played. Each says whether the input was good enough to reach what lies behind the first refusal. pec-core/tests/corpus.rs includes this file and replays the corpus on the stable toolchain.

use std::sync::LazyLock;

use pec_core::fuzzing::{self, Signing};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verifier;
use pec_sandbox::compose::base64;
use pec_sandbox::{
    Authority, Curve, Digest, Generation, Key, Leaf, Moment, Provider, Subordinate, World, extension, name as name_of,
    world,
};

/// The message tree.
pub fn mime(data: &[u8]) -> bool {
    fuzzing::mime(data)
}

/// The signature object.
pub fn cms(data: &[u8]) -> bool {
    fuzzing::cms(data)
}

/// Certification paths and revocation.
pub fn path(data: &[u8]) -> bool {
    fuzzing::path(data, &SANDBOX.store, &|body| SANDBOX.authority.sign(body))
}

/// Certification data.
pub fn daticert(data: &[u8]) -> bool {
    fuzzing::daticert(data)
}

/// The whole verification of a message, as it is and with a new signature.
pub fn verify(data: &[u8]) -> bool {
    let sandbox = &*SANDBOX;
    let sign = |content: &[u8]| sandbox.sign(content);
    let game = Signing { store: &sandbox.store, now: sandbox.now.timestamp(), sign: &sign, warm: &sandbox.warm };
    fuzzing::verify(data, &game)
}

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::new().expect("the sandbox has its keys"));

/// Two authorities with one quick key, so that whatever a mutation makes of a certificate can be signed anew. Trusted
/// by the path target; the seeds of its corpus have certificates of both.
pub struct Quick {
    /// Self-signed.
    pub root: Authority,
    /// Under it, with the name constraints of the PEC authority.
    pub below: Authority,
}

impl Quick {
    /// Builds both.
    ///
    /// # Errors
    /// When a key does not fit.
    pub fn new() -> Result<Self, pec_sandbox::Error> {
        let key = Key::derived(Curve::P256, "fuzz authority")?;
        let subject = |name| name_of(&[("C", "IT"), ("O", "Sandbox"), ("CN", name)]);
        let root = Authority::root(key.clone(), subject("Quick Root"), life("2010", "2036")?, Digest::Sha256)?;
        let host = world::ALFA.host;
        let prefix = [("C", "IT"), ("ST", "Milano"), ("L", "Milano"), ("O", world::ALFA.organization)];
        let below = root.subordinate(Subordinate {
            key,
            subject: subject("Quick CA1"),
            serial: &[7],
            life: life("2011", "2030")?,
            constraints: Some(extension::name_constraints(&[host], &[name_of(&prefix)])),
            purposes: &[4],
            digest: Digest::Sha256,
        })?;
        Ok(Self { root, below })
    }

    fn sign(&self, body: &[u8]) -> Vec<u8> {
        self.root.key.sign(self.root.scheme, body).expect("the key fits")
    }
}

fn life(from: &str, to: &str) -> Result<(Moment, Moment), pec_sandbox::Error> {
    Ok((format!("{from}-01-01T00:00:00Z").parse()?, format!("{to}-01-01T00:00:00Z").parse()?))
}

/// A world, and a provider with a quick key who signs whatever a mutation has made of a message.
struct Sandbox {
    authority: Quick,
    alfa: Provider,
    at: Moment,
    now: Moment,
    store: TrustStore,
    warm: ChainCache,
}

impl Sandbox {
    fn new() -> Result<Self, pec_sandbox::Error> {
        let world = World::new()?;
        let at: Moment = "2026-02-09T10:15:30+01:00".parse()?;
        let now: Moment = "2026-03-01T12:00:00Z".parse()?;
        let key = Key::derived(Curve::P256, "fuzz")?;
        let leaf = Leaf::provider(Generation::Y2026, &world::ALFA, "2025-10-01T08:00:00Z".parse()?);
        let certificate = world.ca1_2025.issue(&leaf, &key)?;
        let alfa = Provider { key, certificate, digest: Digest::Sha256, ..world.alfa.clone() };
        let authority = Quick::new()?;
        let store =
            [&world.root, &world.legacy_root, &authority.root].iter().fold(TrustStore::built_in(), |store, root| {
                store.with_host_anchor(&root.certificate.der).expect("a root is an anchor")
            });
        let store = store.with_time_stamp_anchor(&world.time_root.certificate.der).expect("a root is an anchor");
        let mut sandbox = Self { authority, alfa, at, now, store, warm: ChainCache::default() };
        sandbox.warm = sandbox.warmed();
        Ok(sandbox)
    }

    /// A cache that has seen a plain message of the provider.
    fn warmed(&self) -> ChainCache {
        let content = b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m--\r\n";
        let mut message = b"From: posta-certificata@pec.alfa.example\r\nX-Ricevuta: accettazione\r\nContent-Type: \
            multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n--s\r\n"
            .to_vec();
        message.extend_from_slice(content);
        message.extend_from_slice(
            b"\r\n--s\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        message.extend(self.sign(content));
        message.extend_from_slice(b"\r\n--s--\r\n");
        let mut cache = ChainCache::default();
        let message = Message::parse(&message[..], &Limits::DEFAULT);
        let _ = Verifier::new(&self.store).verify(&message, self.now.timestamp(), &mut cache);
        assert_eq!(cache.len(), 1, "the provider is trusted");
        cache
    }

    fn sign(&self, content: &[u8]) -> Vec<u8> {
        base64(&self.alfa.signed_data(self.at).build(content).expect("the key fits"))
    }
}
