"""The wire for `asyncio`: the calls of `pecpy.Hub`, `pecpy.Mailbox`, `pecpy.Today` and `pecpy.Watching`, awaited.

Connections live on a few threads of the library, however many are awaited. Cancelling a task ends its work; what was confirmed
stays, and a message that is being handed over goes to its end. `progress` is called on the thread of the event loop; what it
raises ends the work.

>>> import asyncio, tempfile
>>> import pecpy
>>> from pecpy import aio
>>> async def main(folder: str) -> None:
...     with pecpy.Archive.create(folder + "/posta.pecarchive") as archive:
...         async with aio.Hub(archive, secrets=pecpy.Secrets(folder + "/segreti", key=bytes(32))) as hub:
...             await hub.add("studio@pec.it", pecpy.Credential("studio@pec.it", "segreta"), client="Verdi")
...             for mailbox in await hub.mailboxes():
...                 print(mailbox.mailbox, mailbox.access)
>>> with tempfile.TemporaryDirectory() as folder:
...     asyncio.run(main(folder))
studio@pec.it None
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar, Union

from pecpy import _pecpy
from pecpy._errors import PecError
from pecpy._outbox import Filed
from pecpy._pecpy import Archive, Credential, Evidence, Rule, Secrets, TrustStore
from pecpy._wire import (
    Deleted,
    Delivered,
    Dispatch,
    Forwarded,
    GatewayEvent,
    HubMailbox,
    ImportedMailboxes,
    MailboxCheck,
    Radar,
    RefreshReport,
    Relayed,
    Saved,
    Synced,
    TodayReport,
)

__all__ = ["Gateway", "Hub", "Mailbox", "Today", "Watching"]

_T = TypeVar("_T")


async def _told(begin: Callable[[Any], Awaitable[_T]], progress: Callable[..., object] | None) -> _T:
    """Awaits work that says how far it is on the thread of the event loop."""
    if progress is None:
        return await begin(None)
    tell = progress
    loop = asyncio.get_running_loop()
    raised: list[BaseException] = []

    def call(*values: object) -> None:
        if raised:
            return
        try:
            tell(*values)
        except BaseException as error:
            raised.append(error)
            work.cancel()

    work = asyncio.ensure_future(begin(lambda *values: loop.call_soon_threadsafe(call, *values)))
    try:
        done = await work
    except asyncio.CancelledError:
        if raised:
            raise raised[0] from None
        raise
    finally:
        work.cancel()
    if raised:
        raise raised[0]
    return done


class Hub:
    """`pecpy.Hub`, awaited: mailboxes of many holders with any provider, managed together. Its parameters are the same."""

    def __init__(
        self,
        archive: Archive,
        *,
        secrets: Secrets,
        proxy: str | None = None,
        roots: _pecpy._Roots | None = None,
        public_roots: bool = True,
        profiles: _pecpy._Bytes | None = None,
        trust: TrustStore | None = None,
        evidence: Evidence | None = None,
        capacity: int | tuple[Literal["blocks"], int] | None = None,
        mandates: Literal["optional", "required"] = "optional",
    ) -> None:
        self._hub: Any = _pecpy.Hub(
            archive,
            secrets=secrets,
            proxy=proxy,
            roots=roots,
            public_roots=public_roots,
            profiles=profiles,
            trust=trust,
            evidence=evidence,
            capacity=capacity,
            mandates=mandates,
        )._later()

    async def add(
        self,
        address: str,
        credential: Credential | None = None,
        *,
        provider: str | None = None,
        imap: str | None = None,
        smtp: str | None = None,
        description: str | None = None,
        client: str | None = None,
        tax_id: str | None = None,
        mandate_from: datetime | None = None,
        mandate_until: datetime | None = None,
        mandate_evidence: str | None = None,
        overrides: Mapping[str, int] | None = None,
    ) -> None:
        """As `pecpy.Hub.add`."""
        await self._hub.add(
            address,
            credential,
            provider=provider,
            imap=imap,
            smtp=smtp,
            description=description,
            client=client,
            tax_id=tax_id,
            mandate_from=mandate_from,
            mandate_until=mandate_until,
            mandate_evidence=mandate_evidence,
            overrides=None if overrides is None else dict(overrides),
        )

    async def remove(self, address: str) -> bool:
        """As `pecpy.Hub.remove`."""
        was: bool = await self._hub.remove(address)
        return was

    async def rotate_credential(self, address: str, credential: Credential) -> None:
        """As `pecpy.Hub.rotate_credential`."""
        await self._hub.rotate_credential(address, credential)

    async def import_csv(self, table: _pecpy._Bytes, *, right_rows: bool = False) -> ImportedMailboxes:
        """As `pecpy.Hub.import_csv`."""
        imported: ImportedMailboxes = await self._hub.import_csv(table, right_rows=right_rows)
        return imported

    async def mailboxes(
        self,
        *,
        only: Literal["all", "new", "unread"] = "all",
        sort: Literal["address", "client", "new", "unread", "fullest", "stalest"] = "address",
    ) -> list[HubMailbox]:
        """As `pecpy.Hub.mailboxes`."""
        found: list[HubMailbox] = await self._hub.mailboxes(only=only, sort=sort)
        return found

    async def summary(
        self,
        *,
        only: Literal["all", "new", "unread"] = "all",
        sort: Literal["address", "client", "new", "unread", "fullest", "stalest"] = "address",
    ) -> str:
        """As `pecpy.Hub.summary`."""
        page: str = await self._hub.summary(only=only, sort=sort)
        return page

    async def refresh(
        self,
        *,
        parallel: int = 16,
        per_provider: int = 8,
        budget: float = 60.0,
        patience: float = 15.0,
        pause: float = 300.0,
        receive: bool = True,
    ) -> RefreshReport:
        """As `pecpy.Hub.refresh`."""
        report: RefreshReport = await self._hub.refresh(
            parallel=parallel,
            per_provider=per_provider,
            budget=budget,
            patience=patience,
            pause=pause,
            receive=receive,
        )
        return report

    async def radar(
        self,
        *,
        now: datetime | None = None,
        passwords: timedelta | None = None,
        percent: int = 90,
        mandates: timedelta | None = None,
        proofs: timedelta | None = None,
        silence: timedelta | None = None,
        limit: int = 1000,
    ) -> Radar:
        """As `pecpy.Hub.radar`."""
        radar: Radar = await self._hub.radar(
            now=now,
            passwords=passwords,
            percent=percent,
            mandates=mandates,
            proofs=proofs,
            silence=silence,
            limit=limit,
        )
        return radar

    async def today(self, since: datetime) -> Today:
        """As `pecpy.Hub.today`."""
        return Today(await self._hub.today(since))

    async def seen(self, address: str) -> None:
        """As `pecpy.Hub.seen`."""
        await self._hub.seen(address)

    async def open(self, address: str) -> Mailbox:
        """As `pecpy.Hub.open`: a `Mailbox` whose calls are awaited."""
        return Mailbox(await self._hub.open(address))

    async def set_gateway_login(self, credential: Credential, *, every: bool = False) -> None:
        """As `pecpy.Hub.set_gateway_login`."""
        await self._hub.set_gateway_login(credential, every=every)

    async def remove_gateway_login(self, name: str, *, every: bool = False) -> bool:
        """As `pecpy.Hub.remove_gateway_login`."""
        was: bool = await self._hub.remove_gateway_login(name, every=every)
        return was

    async def gateway(
        self,
        listen: str = "127.0.0.1:2525",
        *,
        tls: tuple[_pecpy._Bytes, _pecpy._Bytes] | None = None,
        send: bool = True,
        deliver: Mapping[str, str | os.PathLike[str]] | None = None,
        deliver_to: Mapping[str, tuple[str, str]] | None = None,
        receive_every: float = 60.0,
        clients: int = 32,
        message_bytes: int = 100_000_000,
        memory_bytes: int = 512_000_000,
        recipients: int = 1000,
    ) -> Gateway:
        """As `pecpy.Hub.gateway`, for `async with` and `async for`."""
        gateway: Any = await self._hub.gateway(
            listen,
            tls=tls,
            send=send,
            deliver=dict(deliver or {}),
            deliver_to=dict(deliver_to or {}),
            receive_every=receive_every,
            clients=clients,
            message_bytes=message_bytes,
            memory_bytes=memory_bytes,
            recipients=recipients,
        )
        return Gateway(gateway)

    async def begin_rules(self) -> None:
        """As `pecpy.Hub.begin_rules`."""
        await self._hub.begin_rules()

    async def apply_rules(self, rules: Sequence[Rule]) -> list[Filed]:
        """As `pecpy.Hub.apply_rules`."""
        filed: list[Filed] = await self._hub.apply_rules(rules)
        return filed

    async def act_on_events(self) -> list[Forwarded]:
        """As `pecpy.Hub.act_on_events`."""
        forwarded: list[Forwarded] = await self._hub.act_on_events()
        return forwarded

    async def relay_new(
        self,
        address: str,
        *,
        maildir: str | os.PathLike[str] | None = None,
        to: str | None = None,
        folder: str | None = None,
    ) -> Delivered:
        """As `pecpy.Hub.relay_new`."""
        delivered: Delivered = await self._hub.relay_new(address, maildir=maildir, to=to, folder=folder)
        return delivered

    async def deliver_to_maildir(self, folder: str | os.PathLike[str], id: str) -> Path:
        """As `pecpy.Hub.deliver_to_maildir`."""
        path: Path = await self._hub.deliver_to_maildir(folder, id)
        return path

    def close(self) -> None:
        """Ends its use; the archive stays open. Closing again does nothing."""
        self._hub.close()

    async def __aenter__(self) -> Hub:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._hub).replace("pecpy.Hub", "pecpy.aio.Hub")


class Mailbox:
    """`pecpy.Mailbox`, awaited: one mailbox of a provider, opened by `Hub.open`."""

    def __init__(self, mailbox: Any) -> None:
        self._mailbox: Any = mailbox

    @property
    def address(self) -> str:
        """Its address."""
        address: str = self._mailbox.address
        return address

    async def check(self) -> MailboxCheck:
        """As `pecpy.Mailbox.check`."""
        checked: MailboxCheck = await self._mailbox.check()
        return checked

    async def sync(self, *, progress: Callable[[str, int, int], object] | None = None) -> Synced:
        """As `pecpy.Mailbox.sync`."""
        synced: Synced = await _told(lambda told: self._mailbox.sync(progress=told), progress)
        return synced

    def watch(self, *, poll: float = 60.0, all_folders: float = 600.0, pause: float = 5.0) -> Watching:
        """As `pecpy.Mailbox.watch`, for `async for`."""
        return Watching(self._mailbox.watch(poll=poll, all_folders=all_folders, pause=pause))

    async def send_queued(
        self, *, partial: Literal["nothing", "rest"] = "nothing", progress: Callable[[int, int], object] | None = None
    ) -> Dispatch:
        """As `pecpy.Mailbox.send_queued`."""
        dispatch: Dispatch = await _told(
            lambda told: self._mailbox.send_queued(partial=partial, progress=told), progress
        )
        return dispatch

    async def delete_archived(self, ids: Union[str, Iterable[str]], *, now: datetime | None = None) -> list[Deleted]:
        """As `pecpy.Mailbox.delete_archived`."""
        deleted: list[Deleted] = await self._mailbox.delete_archived(ids, now=now)
        return deleted

    async def take_in(self, ids: Union[str, Iterable[str]], *, folder: str = "INBOX") -> list[Relayed]:
        """As `pecpy.Mailbox.take_in`."""
        relayed: list[Relayed] = await self._mailbox.take_in(ids, folder=folder)
        return relayed

    def close(self) -> None:
        """Forgets the password. Closing again does nothing."""
        self._mailbox.close()

    async def __aenter__(self) -> Mailbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._mailbox).replace("pecpy.Mailbox", "pecpy.aio.Mailbox")


class Watching:
    """`pecpy.Watching`, for `async for`: what comes into a mailbox, as it comes."""

    def __init__(self, watching: Any) -> None:
        self._watching: Any = watching

    def __aiter__(self) -> Watching:
        return self

    async def __anext__(self) -> Synced:
        synced: Synced = await next(self._watching)
        return synced

    @property
    def problem(self) -> PecError | None:
        """Why the connection broke the last time; `None` where it never did."""
        problem: PecError | None = self._watching.problem
        return problem

    def close(self) -> None:
        """Ends it. Closing again does nothing."""
        self._watching.close()

    async def __aenter__(self) -> Watching:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._watching).replace("pecpy.Watching", "pecpy.aio.Watching")


class Gateway:
    """`pecpy.Gateway`, for `async for`: what happens at it, as it happens."""

    def __init__(self, gateway: Any) -> None:
        self._gateway: Any = gateway

    @property
    def address(self) -> tuple[str, int]:
        """Host and port where it listens."""
        address: tuple[str, int] = self._gateway.address
        return address

    @property
    def missed(self) -> int:
        """Events that were passed over, since nobody asked for them."""
        missed: int = self._gateway.missed
        return missed

    def __aiter__(self) -> Gateway:
        return self

    async def __anext__(self) -> GatewayEvent:
        event: GatewayEvent = await next(self._gateway)
        return event

    async def close(self) -> None:
        """As `pecpy.Gateway.close`."""
        await self._gateway.close()

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return repr(self._gateway).replace("pecpy.Gateway", "pecpy.aio.Gateway")


class Today:
    """`pecpy.Today`, whose files are awaited."""

    def __init__(self, today: Any) -> None:
        self._today: Any = today

    @property
    def report(self) -> TodayReport:
        """Its values."""
        report: TodayReport = self._today.report
        return report

    def to_json(self) -> str:
        """The report as one JSON object."""
        text: str = self._today.to_json()
        return text

    def to_html(self, language: Literal["it", "en"] = "it") -> str:
        """As `pecpy.Today.to_html`."""
        page: str = self._today.to_html(language)
        return page

    def to_csv(
        self, language: Literal["it", "en"] = "it", *, encoding: Literal["utf-8", "windows-1252"] = "utf-8"
    ) -> bytes:
        """As `pecpy.Today.to_csv`."""
        table: bytes = self._today.to_csv(language, encoding=encoding)
        return table

    async def save_attachments(self, folder: str | os.PathLike[str]) -> list[Saved]:
        """As `pecpy.Today.save_attachments`."""
        saved: list[Saved] = await self._today.save_attachments(folder)
        return saved

    def __repr__(self) -> str:
        return repr(self._today).replace("pecpy.Today", "pecpy.aio.Today")
