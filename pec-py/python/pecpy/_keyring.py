"""Passwords in the keyring of the system, by the package `keyring` from PyPI."""

from __future__ import annotations

import importlib
import json
from datetime import datetime
from typing import Any

from pecpy._pecpy import Credential


class Keyring:
    """What `Secrets.keyring` asks. Each credential is one entry of the service, under its field and mailbox."""

    def __init__(self, service: str) -> None:
        self._keyring: Any = importlib.import_module("keyring")
        self._service = service

    def get(self, mailbox: str, field: str) -> Credential | None:
        found = self._keyring.get_password(self._service, f"{field} {mailbox}")
        if found is None:
            return None
        it = json.loads(found)
        ends = it["expires"] and datetime.fromisoformat(it["expires"])
        return Credential(it["login"], it["password"], origin=it["origin"], expires=ends, renewal=it["renewal"])

    def put(self, mailbox: str, field: str, credential: Credential) -> None:
        it = {
            "login": credential.login,
            "password": credential.reveal(),
            "origin": credential.origin,
            "expires": credential.expires and credential.expires.isoformat(),
            "renewal": credential.renewal,
        }
        self._keyring.set_password(self._service, f"{field} {mailbox}", json.dumps(it))

    def remove(self, mailbox: str, field: str) -> bool:
        user = f"{field} {mailbox}"
        is_there = self._keyring.get_password(self._service, user) is not None
        if is_there:
            self._keyring.delete_password(self._service, user)
        return is_there
