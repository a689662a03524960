"""What the tests share: the conformance files, and what Rust makes of them."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import pecpy

ROOT = Path(os.environ["PECPY_ROOT"])
"""The project."""

CONFORMANCE = ROOT / "conformance"

REPORTS = Path(os.environ["PECPY_REPORTS"])
"""What `cargo run -p pec-py --example reports` has written in the same run."""

PUBLISHED = "PECPY_PUBLISHED" in os.environ
"""The wheel is the one that is given out, without what fails on purpose and without the IMAP server of the tests."""

needs_hooks = pytest.mark.skipif(PUBLISHED, reason="the wheel that is given out has no hooks for tests")

# What is started in the background is deaf to Ctrl-C, and so is all that it starts: the tests ask what it does.
signal.signal(signal.SIGINT, signal.default_int_handler)

assert Path(pecpy.__file__).is_relative_to(sys.prefix), "the installed wheel is tested, not the tree"


@dataclass(frozen=True)
class Case:
    """One case of conformance/ and the lines of JSON that Rust gives for it."""

    name: str
    ldif: str | None
    lines: list[str]

    @property
    def host(self) -> dict[str, Any]:
        """What the host gives."""
        place = CONFORMANCE / self.name
        path = place / "case.json" if place.is_dir() else place.with_name(place.name + ".json")
        host: dict[str, Any] = json.loads(path.read_bytes())["host"]
        return host


def read_cases() -> list[Case]:
    """Every case."""
    lines = map(json.loads, REPORTS.read_text(encoding="utf-8").splitlines())
    return [Case(it["case"], it["ldif"], it["lines"]) for it in lines]


def artefact(name: str) -> Path:
    """A file that cases refer to."""
    return CONFORMANCE / "artefacts" / name


def trust_of(host: dict[str, Any]) -> pecpy.TrustStore:
    """The trust store of a host."""
    trust = pecpy.TrustStore()
    if host["trust"] != "built-in":
        trust = pecpy.TrustStore.from_json(artefact(host["trust"] + ".json").read_text(encoding="utf-8"))
    for name in host["anchors"]:
        trust = trust.with_host_anchor(artefact(name + ".crt"))
    for name in host.get("intermediates", []):
        trust = trust.with_intermediate(artefact(name + ".crt"))
    for name in host.get("time_anchors", []):
        trust = trust.with_time_stamp_anchor(artefact(name + ".crt"))
    return trust


@pytest.fixture(scope="session")
def anchored() -> pecpy.TrustStore:
    """Built-in trust and the authority of the conformance files."""
    return pecpy.TrustStore().with_host_anchor(artefact("root.crt"))


@pytest.fixture(scope="session")
def delivery() -> bytes:
    """A genuine delivery receipt."""
    return (CONFORMANCE / "kind-delivery-a.eml").read_bytes()


@pytest.fixture
def sandbox() -> pecpy.Sandbox:
    """Two providers with two users."""
    sandbox = pecpy.Sandbox()
    sandbox.set_mailbox("anna@pec.alfa.example")
    sandbox.set_mailbox("ufficio@cert.beta.example")
    return sandbox
