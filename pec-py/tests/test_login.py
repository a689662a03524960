"""A card in place of a password: OpenSSL is the card (FEATURES rows 83 to 88)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

import pecpy

ROSSI = "RSSMRA85T10A562S"
BIANCHI = "BNCGLI80A41F205F"
BOX = "rossi@pec.example"
COMPANY = "ditta@pec.example"
SERVICE = "posta.studio.example"


class Cards:
    """A root and the cards under it, made by OpenSSL alone; what it issues begins at the clock's time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        usage = "-addext keyUsage=critical,keyCertSign,cRLSign"
        self.run(f"req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 99 -subj /CN=Radice {usage}")
        self.root = folder / "root.pem"

    def run(self, arguments: str) -> None:
        subprocess.run(["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True)

    def issue(self, tax_id: str, policy: str = "1.3.76.16.2.1") -> None:
        extensions = f"keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\ncertificatePolicies={policy}\n"
        (self.folder / "card.ext").write_text(extensions)
        self.run(f"req -newkey rsa:2048 -nodes -keyout {tax_id}.key -out card.csr -subj /CN={tax_id}\\/60900.abc")
        signed = f"-CA root.pem -CAkey root.key -CAcreateserial -out {tax_id}.pem -extfile card.ext -days 90"
        self.run(f"x509 -req -in card.csr {signed}")

    def sign(self, tax_id: str, text: str) -> bytes:
        (self.folder / "text").write_bytes(text.encode())
        self.run(f"cms -sign -binary -nodetach -outform DER -in text -signer {tax_id}.pem -inkey {tax_id}.key -out signed")
        return (self.folder / "signed").read_bytes()

    def bare(self, tax_id: str, text: str) -> bytes:
        (self.folder / "text").write_bytes(text.encode())
        self.run(f"dgst -sha256 -sign {tax_id}.key -out signed text")
        return (self.folder / "signed").read_bytes()


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Cards:
    try:
        made = Cards(tmp_path_factory.mktemp("cards"))
    except FileNotFoundError:
        pytest.skip("there is no openssl on the path")
    made.issue(ROSSI)
    made.issue(BIANCHI)
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[pecpy.Archive]:
    now = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    with pecpy.Archive.create(tmp_path / "studio.pecarchive") as archive:
        host = archive.organisation
        host.act("add-client", client={"code": "C1", "name": "Studio", "kind": "business"}, now=now)
        host.act("add-account", account={"code": "A1", "client": "C1", "name": "Studio"}, now=now)
        for mailbox, tax_id in ((BOX, ROSSI), (COMPANY, "00743110157")):
            holder = {"name": "Titolare", "tax_id": tax_id}
            host.act("enrol", account="A1", mailbox=mailbox, holder=holder, standing={"active": now}, now=now)
        yield archive


@pytest.fixture
def trust(cards: Cards) -> pecpy.TrustStore:
    return pecpy.TrustStore().with_login_anchor(cards.root)


def test_a_card_opens_the_mailbox_of_its_holder_once(archive: pecpy.Archive, cards: Cards, trust: pecpy.TrustStore) -> None:
    challenge = archive.begin_login(BOX, SERVICE)
    assert challenge.challenge.startswith("pec-login-challenge/1 purpose=login mailbox=rossi@pec.example nonce=")
    assert (challenge.purpose, challenge.mailbox, challenge.audience) == ("login", BOX, SERVICE)
    assert pecpy.Challenge.from_json(challenge.to_json()) == challenge
    signed = cards.sign(ROSSI, challenge.challenge)

    def login() -> pecpy.Login:
        return archive.login(BOX, SERVICE, challenge.challenge, cms=signed, trust=trust, revocation="where-given")

    entered = login()
    assert (entered.mailbox, entered.user, entered.by, entered.kit) == (BOX, None, "tax-id", None)
    assert entered.revocation == "not-checked" and ROSSI in entered.subject and entered.not_after > challenge.expires_at
    assert pecpy.Login.from_json(entered.to_json()) == entered
    with pytest.raises(pecpy.DeniedError) as raised:
        login()
    assert raised.value.reason == "login.replayed"
    rows = archive.log(0, limit=100)
    assert [row.what for row in rows[-2:]] == ["login", "login-refused"]


def test_each_refusal_has_its_reason(archive: pecpy.Archive, cards: Cards, trust: pecpy.TrustStore) -> None:
    def reason(mailbox: str, card: str, trust: pecpy.TrustStore, audience: str = SERVICE, text: str | None = None) -> str:
        challenge = archive.begin_login(mailbox, SERVICE).challenge
        signed = cards.sign(card, text or challenge)
        with pytest.raises(pecpy.DeniedError) as raised:
            archive.login(mailbox, audience, challenge, cms=signed, trust=trust, revocation="where-given")
        assert raised.value.reason_text("it") != raised.value.reason_text("en")
        return str(raised.value.reason)

    assert reason(BOX, ROSSI, pecpy.TrustStore()) == "login.no_authorities"
    assert reason(BOX, ROSSI, pecpy.TrustStore().with_host_anchor(cards.root)) == "login.no_authorities"
    assert reason(BOX, ROSSI, trust, audience="altro.example") == "login.wrong_audience"
    assert reason(BOX, ROSSI, trust, text="Vendo la casa") == "login.something_else_signed"
    assert reason(BOX, BIANCHI, trust) == "login.association_required"
    assert reason(COMPANY, ROSSI, trust) == "login.association_required"
    cards.issue("RSSMRA85T10A562T")
    assert reason(BOX, "RSSMRA85T10A562T", trust) == "login.no_tax_id"
    cards.issue("VRDNNA75C41H501O", policy="1.3.76.16.2.2")
    assert reason(BOX, "VRDNNA75C41H501O", trust) == "login.not_cns"
    challenge = archive.begin_login(BOX, SERVICE).challenge
    with pytest.raises(pecpy.DeniedError) as raised:
        archive.login(BOX, SERVICE, challenge, cms=cards.sign(ROSSI, challenge), trust=trust)
    assert raised.value.reason == "login.revocation_unknown"
    with pytest.raises(pecpy.DeniedError) as raised:
        archive.begin_login("nessuna@pec.example", SERVICE)
    assert raised.value.reason == "login.mailbox_unknown"


def test_a_kit_is_registered_listed_used_and_removed(archive: pecpy.Archive, cards: Cards, trust: pecpy.TrustStore) -> None:
    text = archive.begin_login(COMPANY, SERVICE, purpose="registration").challenge
    signed = cards.sign(BIANCHI, text)
    how = {"trust": trust, "revocation": "where-given"}
    kit = archive.register_kit(COMPANY, SERVICE, text, name="Firma di Giulia", cms=signed, **how)  # type: ignore[arg-type]
    assert (kit.mailbox, kit.name, kit.user) == (COMPANY, "Firma di Giulia", None)
    assert pecpy.Kit.from_json(kit.to_json()) == kit
    [listed] = archive.organisation.listing("mailboxes", {"part": "ditta"})
    assert [one["name"] for one in listed["kits"]] == ["Firma di Giulia"]
    text = archive.begin_login(COMPANY, SERVICE).challenge
    bare = {"signature": cards.bare(BIANCHI, text), "certificate": cards.folder / f"{BIANCHI}.pem", "scheme": "rsa-sha256"}
    entered = archive.login(COMPANY, SERVICE, text, **bare, **how)  # type: ignore[arg-type]
    assert (entered.by, entered.kit, entered.certificate) == ("kit", "Firma di Giulia", kit.certificate)
    archive.organisation.act("remove-kit", mailbox=COMPANY, kit={"named": "Firma di Giulia"})
    with pytest.raises(pecpy.DeniedError) as raised:
        archive.organisation.act("remove-kit", mailbox=BOX, kit="of-holder")
    assert raised.value.reason == "kit.nothing_to_remove"


def test_what_cannot_be_meant_is_an_error_before_anything_is_used_up(archive: pecpy.Archive, trust: pecpy.TrustStore) -> None:
    text = archive.begin_login(BOX, SERVICE).challenge
    rows = len(archive.log(0, limit=100))
    wrong = [
        {},
        {"cms": b"x", "signature": b"x"},
        {"signature": b"x", "certificate": b"x"},
        {"signature": b"x", "certificate": b"x", "scheme": "rsa-sha1"},
        {"cms": b"x", "revocation": "perhaps"},
    ]
    for options in wrong:
        with pytest.raises(pecpy.ArgumentError):
            archive.login(BOX, SERVICE, text, trust=trust, **options)  # type: ignore[arg-type]
    with pytest.raises(pecpy.ArgumentError):
        archive.begin_login(BOX, SERVICE, purpose="signature")  # type: ignore[arg-type]
    with pytest.raises(pecpy.ArgumentError):
        archive.begin_login("rossi", SERVICE)
    assert len(archive.log(0, limit=100)) == rows
