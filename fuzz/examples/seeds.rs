//! Writes the seeds of the corpus anew: `cargo run --example seeds` in fuzz/. The same bytes each time.

use std::fs;
use std::path::Path;

use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_fuzz::Quick;
use pec_sandbox::cms::{Content, DATA, Encoding, Fault, Protection, SignedData, Signer, SignerId};
use pec_sandbox::compose::base64;
use pec_sandbox::vectors::{self, Vector};
use pec_sandbox::{Authority, Curve, Digest, Error, Generation, Key, Leaf, Moment, Provider, Scheme, World};

/// What `pec_core::fuzzing::cms` takes for the signed content.
const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nsigned\r\n";

fn main() -> Result<(), Error> {
    let (world, vectors) = (World::new()?, vectors::all()?);
    mime(&vectors);
    cms(&world, &vectors)?;
    path(&world)?;
    daticert(&vectors);
    verify(&vectors);
    Ok(())
}

fn put(target: &str, name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder).expect("the corpus can be written");
    fs::write(folder.join(name), bytes).expect("the corpus can be written");
}

fn find<'v>(vectors: &'v [Vector], name: &str) -> &'v Vector {
    vectors.iter().find(|vector| vector.name == name).unwrap_or_else(|| panic!("no case is named {name}"))
}

const MIME: [(&str, &str); 25] = [
    (
        "header-cut-in-digest",
        "Content-Type: multipart/digest; boundary=D\n\n--D\n\nSubject: a\n\nb\n--D\nX: y\n\nc\n--D--\n",
    ),
    ("folded-type", "Content-Type: multipart/mi\n xed;\n\tboundary=x\n\n--x\n\n--x--\n"),
    ("empty-message", "Content-Type: message/rfc822\n\n"),
    ("plain", "Subject: =?utf-8?q?citt=C3=A0?=\n a\n\nbody\n"),
    ("empty-header", "\nbody"),
    (
        "signed",
        "Content-Type: multipart/signed; boundary=\"S\"\n\npre\n--S\nContent-Type: multipart/mixed; boundary=M\n\n--M\n\ntext\n--M\nContent-Type: application/xml; name=\"daticert.xml\"\nContent-Transfer-Encoding: base64\n\nPGE+\n--M\nContent-Type: message/rfc822; name=\"postacert.eml\"\n\nFrom: a@b.it\n\nx\n--M--\n--S\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nAAAA\n--S--\nend\n",
    ),
    (
        "outer-ends-inner",
        "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nx\n--A\n\ny\n--A--\n",
    ),
    (
        "same-boundary",
        "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=A\n\n--A\n\nx\n--A--\nrest\n--A--\n",
    ),
    (
        "prefix-boundary",
        "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=AA\n\n--AA\n\nx\n--AA--\n--A--\n",
    ),
    (
        "digest",
        "Content-Type: multipart/digest; boundary=D\n\n--D\n\nSubject: a\n\nb\n--D\nContent-Type: text/plain\n\nc\n--D--\n",
    ),
    (
        "message-in-message",
        "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=I\n\n--I\n\na\n--I--\n",
    ),
    ("encoded-message", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeA0KDQp5\n"),
    (
        "quoted-printable",
        "Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\ncitt=E0 =\nx=3D=0D=0A=zz\n",
    ),
    (
        "rfc2231",
        "Content-Disposition: attachment; filename*0*=utf-8''a%20; filename*1=\"b\\\"c\"; filename*2*=%C3%A8; filename=z\nContent-Type: a/b; name*=iso-8859-1'it'%E0; name=\"=?utf-8?b?w6A=?=\"\n\n",
    ),
    (
        "parameters",
        "Content-Type: (c (d)) multipart/mixed (x \\) y) ; ; boundary = \"a\\\"b;c\" (z) ;boundary=q;=;a;b==c\n\n--a\"b;c\n\n--a\"b;c--\n",
    ),
    ("folded", "Content-Type: multipart/mixed;\n\tboundary=\n  \"=_x/1?\"\n\n--=_x/1?  \n\nx\n--=_x/1?-- \t\n"),
    ("no-colon", "From here\nX :y\n : z\n:\n\n"),
    (
        "addresses",
        "From: \"a, b\" <c@d.it>, e@f.it (g), group: h@i.it, =?utf-8?b?w6A=?= <j@k>;, <@r:l@m>\nTo: undisclosed-recipients:;\nDate: Tue, 13 Nov 2018 16:39:27 +0100\nCc:\n\n",
    ),
    ("dates", "Date: 31 Feb 99 25:61:61 -9999\nDate: Mon, 9 Feb 2026 10:15:30 CET (x)\nDate: 1 Jan 0000 00:00\n\n"),
    (
        "charsets",
        "Content-Type: text/plain; charset=utf-7\nSubject: =?utf-16?b?/v8AYQ==?= =?x?q?_?= =?iso-2022-jp?b?GyRCJCI=?= =?utf-8?q?=?=\n\n+AGE-",
    ),
    (
        "unclosed",
        "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: message/rfc822\n\nX: y",
    ),
    ("only-delimiters", "Content-Type: multipart/mixed; boundary=A\n\n--A\n--A\n--A--\n--A\n--A--\n"),
    ("nul", "Subject: a\0b\nContent-Type: text/plain; charset=\"\0\"\n\n\0\n"),
    (
        "many-parts",
        "Content-Type: multipart/mixed; boundary=\"\"; boundary=A\n\n--A\n\n1\n--A\n\n2\n--A\n\n3\n--A\n\n4\n--A\n\n5\n--A\n\n6\n--A--\n",
    ),
    ("utf7-words", "Subject: =?UTF-7?Q?+AGEA?= =?us-ascii?B?!!!?= =?a?b?c\n\n"),
];

fn mime(vectors: &[Vector]) {
    for (name, text) in MIME {
        put("mime", name, text.as_bytes());
    }
    for name in ["signed", "same-boundary", "message-in-message", "folded"] {
        let (_, text) = MIME.iter().find(|(known, _)| *known == name).expect("named above");
        put("mime", &format!("{name}-crlf"), text.replace('\n', "\r\n").as_bytes());
    }
    for name in ["form-encoded-subject", "quirk-utf7", "parameter-boundary-extended"] {
        put("mime", name, &find(vectors, name).bytes);
    }
}

fn cms(world: &World, vectors: &[Vector]) -> Result<(), Error> {
    let at: Moment = "2026-02-09T10:15:30+01:00".parse()?;
    let small = |provider: &Provider| SignedData {
        certificates: vec![provider.certificate.der.clone()],
        ..SignedData::detached(
            Signer::new(&provider.key, &provider.certificate, provider.digest, at),
            &provider.authority,
        )
    };
    let (alfa, gamma) = (&world.alfa, &world.gamma);
    let with = |change: &dyn Fn(&mut SignedData)| {
        let mut signed = small(gamma);
        change(&mut signed);
        signed.build(CONTENT)
    };
    put("cms", "ecdsa", &with(&|_| {})?);
    put("cms", "rsa", &small(alfa).build(CONTENT)?);
    put("cms", "rsa-1024-sha1", &small(&world.alfa_2014).build(CONTENT)?);
    put("cms", "provider-2026", &alfa.signed_data(at).build(CONTENT)?);
    put("cms", "ber", &with(&|s| s.encoding = Encoding::Ber)?);
    put("cms", "opaque-der", &with(&|s| s.content = Content::Opaque)?);
    let opaque = with(&|s| (s.content, s.encoding) = (Content::Opaque, Encoding::Ber))?;
    put("cms", "opaque-ber", &opaque);
    put("cms", "opaque-base64", &base64(&opaque));
    let pem = [b"-----BEGIN PKCS7-----\n", &base64(&opaque)[..], b"\n-----END PKCS7-----\n"].concat();
    put("cms", "opaque-pem", &pem);
    let twice = SignedData { content: Content::Opaque, ..small(gamma) }.build(&opaque)?;
    put("cms", "opaque-twice", &twice);
    put("cms", "beside", &with(&|s| s.content = Content::DetachedBeside(b"other".to_vec()))?);
    put("cms", "key-identifier", &with(&|s| s.signers[0].id = SignerId::KeyId)?);
    put("cms", "no-attributes", &with(&|s| s.signers[0].faults.push(Fault::NoAttributes))?);
    put("cms", "unsorted", &with(&|s| s.signers[0].faults.push(Fault::SignedUnsorted))?);
    put("cms", "stored-unsorted", &with(&|s| s.signers[0].faults.push(Fault::StoredUnsorted))?);
    put("cms", "two-values", &with(&|s| s.signers[0].faults.push(Fault::TwoDigestValues))?);
    put("cms", "no-signer", &with(&|s| s.signers.clear())?);
    put(
        "cms",
        "protected",
        &with(&|s| {
            s.signers[0].protection = Protection::True;
            s.signers[0].signing_certificate = true;
        })?,
    );
    put("cms", "protection-wrong", &with(&|s| s.signers[0].protection = Protection::Wrong)?);
    put(
        "cms",
        "two-signers",
        &with(&|s| {
            s.signers.push(Signer::new(&alfa.key, &alfa.certificate, Digest::Sha512, at));
            s.certificates.push(alfa.certificate.der.clone());
        })?,
    );
    let mut pss = small(alfa);
    pss.signers[0].scheme = Scheme::Pss { digest: Digest::Sha256, salt: 20 };
    pss.signers[0].spelling = pec_sandbox::cms::Spelling::Full;
    put("cms", "pss", &pss.build(CONTENT)?);
    put("cms", "stamped", &with(&|s| s.signers[0].time_stamp = Some((world.stamper.clone(), at)))?);
    put("cms", "token", &world.stamper.token(CONTENT, at)?);
    for (curve, digest, name) in [
        (Curve::P384, Digest::Sha384, "p384"),
        (Curve::P521, Digest::Sha512, "p521"),
        (Curve::P256, Digest::Sha224, "p256-sha224"),
    ] {
        let key = Key::derived(curve, "fuzz")?;
        let leaf = pec_sandbox::Leaf::provider(
            pec_sandbox::Generation::Y2026,
            &pec_sandbox::world::ALFA,
            "2025-10-01T08:00:00Z".parse()?,
        );
        let certificate = world.ca1_2025.issue(&leaf, &key)?;
        let signer = Signer::new(&key, &certificate, digest, at);
        let signed = SignedData {
            encoding: Encoding::Der,
            content: Content::Detached,
            content_type: DATA,
            signers: vec![signer],
            certificates: vec![certificate.der],
        };
        put("cms", name, &signed.build(CONTENT)?);
    }
    for name in ["cms-deep", "cms-md5", "cms-odd-certificate", "cms-truncated-der", "cms-length-bomb"] {
        let message = Message::parse(&find(vectors, name).bytes[..], &Limits::DEFAULT);
        if let Some(part) = message.signature_part() {
            put("cms", name, &part.content());
        }
    }
    Ok(())
}

fn path(world: &World) -> Result<(), Error> {
    let artefacts = vectors::artefacts()?;
    let evidence: Vec<_> = artefacts.iter().filter(|one| matches!(one.extension, "crl" | "ocsp")).collect();
    let providers = [
        ("alfa", &world.alfa),
        ("beta", &world.beta),
        ("gamma", &world.gamma),
        ("alfa-2018", &world.alfa_2018),
        ("beta-2018", &world.beta_2018),
        ("alfa-2014", &world.alfa_2014),
    ];
    for (name, provider) in providers {
        let leaf = &provider.certificate.der[..];
        let authority = &provider.authority.certificate.der[..];
        put("path", name, &[leaf, authority].concat());
        put("path", &format!("{name}-alone"), leaf);
        let issues = [&world.ca1_2017, &world.ca1_2021, &world.ca1_2025].map(|issue| issue.certificate.der.clone());
        put("path", &format!("{name}-every-issue"), &[leaf, &issues.concat()].concat());
        put(
            "path",
            &format!("{name}-root"),
            &[leaf, authority, &world.root.certificate.der, &world.legacy_root.certificate.der].concat(),
        );
    }
    let alfa = [&world.alfa.certificate.der[..], &world.alfa.authority.certificate.der].concat();
    for one in evidence {
        put("path", &format!("alfa-{}-{}", one.extension, one.name), &[&alfa[..], &one.bytes].concat());
    }
    for (name, authority) in [("root", &world.root), ("public", &world.public_root), ("time", &world.time_root)] {
        put("path", &format!("self-{name}"), &authority.certificate.der);
    }
    let quick = Quick::new()?;
    let key = Key::derived(Curve::P256, "fuzz leaf")?;
    let leaf = Leaf::provider(Generation::Y2026, &pec_sandbox::world::ALFA, "2025-10-01T08:00:00Z".parse()?);
    let (below, root) = (&quick.below.certificate.der[..], &quick.root.certificate.der[..]);
    let issue = |authority: &Authority, leaf: &Leaf| Ok::<_, Error>(authority.issue(leaf, &key)?.der);
    let certificate = quick.below.issue(&leaf, &key)?;
    let good = &certificate.der;
    put("path", "quick", &[&good[..], below].concat());
    put("path", "quick-root", &[&good[..], root, below].concat());
    put("path", "quick-direct", &issue(&quick.root, &leaf)?);
    put(
        "path",
        "quick-2014",
        &[&issue(&quick.below, &Leaf { generation: Generation::Y2014, ..leaf.clone() })?[..], below].concat(),
    );
    put(
        "path",
        "quick-authority",
        &[&issue(&quick.below, &Leaf { authority: true, ..leaf.clone() })?[..], below].concat(),
    );
    put(
        "path",
        "quick-policy",
        &[&issue(&quick.below, &Leaf { policies: vec!["2.5.29.32.0"], ..leaf.clone() })?[..], below].concat(),
    );
    for (name, serial) in
        [("quick-list", certificate.serial.clone()), ("quick-list-other", pec_sandbox::der::integer(9))]
    {
        let list = pec_sandbox::Crl {
            this_update: "2026-02-01T00:00:00Z".parse()?,
            next_update: "2026-08-01T00:00:00Z".parse()?,
            number: 3,
            revoked: vec![pec_sandbox::Revoked {
                serial,
                since: "2026-01-15T00:00:00Z".parse()?,
                reason: pec_sandbox::Reason::KeyCompromise,
            }],
            keeps_expired_since: None,
        };
        put("path", name, &[&good[..], below, &list.sign(&quick.below)?, &list.sign(&quick.root)?].concat());
    }
    put("path", "stamper", &[&world.stamper.certificate.der[..], &world.time_root.certificate.der].concat());
    Ok(())
}

fn daticert(vectors: &[Vector]) {
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for vector in vectors.iter().filter(|vector| !vector.name.starts_with("limit-")) {
        let message = Message::parse(&vector.bytes[..], &Limits::DEFAULT);
        let Some(xml) = message.daticert().map(|part| part.content().into_owned()) else { continue };
        let new = ["daticert-", "kind-", "form-"].iter().any(|start| vector.name.starts_with(start));
        if new && xml.len() < 2000 && !seen.contains(&xml) {
            put("daticert", &vector.name, &xml);
            seen.push(xml);
        }
    }
    let odd: [(&str, &str); 6] = [
        ("smallest", "<postacert tipo=\"accettazione\"/>"),
        (
            "references",
            "<postacert tipo='a&#x20;b' errore=\"&quot;\"><intestazione><oggetto>&#x41;&amp;&#10;&lt;</oggetto></intestazione></postacert>",
        ),
        (
            "sections",
            "<?xml version='1.0'?><!-- a --><postacert tipo=\"x\"><intestazione><oggetto><![CDATA[<a>&]]>b<?p i?></oggetto></intestazione></postacert>",
        ),
        (
            "repair",
            "<postacert tipo=\"x\"><intestazione><oggetto>R&D \u{1} &#2; & </oggetto></intestazione><dati><errore-esteso>a\u{2}</errore-esteso></dati></postacert>",
        ),
        ("doctype", "<!DOCTYPE postacert [<!ENTITY a \"b\">]><postacert tipo=\"x\">&a;</postacert>"),
        (
            "mark",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<postacert tipo=\"x\"\r\n a:b=\"c\"><a:d xmlns:a=\"e\"/></postacert>\r\n",
        ),
    ];
    for (name, text) in odd {
        put("daticert", name, text.as_bytes());
    }
}

/// Cases of every kind, no more than needed: each is some eight thousand bytes.
const VERIFY: [&str; 32] = [
    "kind-delivery-b",
    "attack-p1-acceptance-as-delivery",
    "attack-p3-laundering",
    "attack-p2-reserved-names",
    "cms-no-signer",
    "cms-two-signers-agree",
    "cms-rsa-sha1",
    "cms-key-identifier",
    "cms-no-attributes",
    "daticert-missing",
    "daticert-twice",
    "daticert-deeper",
    "form-encoded-subject",
    "form-virus-ricezione",
    "brief-nested",
    "brief-opaque",
    "root-ordinary",
    "root-claimed-receipt",
    "root-three-parts",
    "root-forward",
    "parameter-boundary-twice",
    "epilogue-close-repeated",
    "header-folded",
    "lf-header",
    "quirk-pec-in-pec",
    "quirk-utf8-text",
    "quirk-list-wrapper",
    "quirk-octet-stream-forward",
    "time-stamped",
    "impersonation-self-signed",
    "original-base64",
    "original-twice",
];

fn verify(vectors: &[Vector]) {
    for name in VERIFY {
        put("verify", &format!("{name}.eml"), &find(vectors, name).bytes);
    }
    for vector in vectors.iter().filter(|vector| vector.name.starts_with("kind-") && vector.name.ends_with("-a")) {
        put("verify", &format!("{}.eml", vector.name), &vector.bytes);
    }
}
