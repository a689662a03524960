"""The morning of an office: every mailbox looked at, one page, the attachments in the folders of the clients.

python hub.py ARCHIVE TABLE FOLDER

ARCHIVE   where everything is kept; made where there is none
TABLE     the mailboxes, as a spreadsheet writes them (CSV): casella;gestore;imap;smtp;utente;password;cliente
FOLDER    where the page and the attachments go

The passwords are kept in ARCHIVE.secrets, under the passphrase in the environment variable PEC_PASSPHRASE. PEC_ROOTS names
certification authorities beside the public ones, and PEC_ANCHOR an authority of test providers.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pecpy
from pecpy import aio


async def main(path: Path, table: Path, folder: Path) -> int:
    secrets = pecpy.Secrets(path.with_suffix(".secrets"), passphrase=os.environ["PEC_PASSPHRASE"])
    roots = [Path(root) for root in os.environ.get("PEC_ROOTS", "").split(os.pathsep) if root]
    trust = pecpy.TrustStore()
    if "PEC_ANCHOR" in os.environ:
        trust = trust.with_host_anchor(os.environ["PEC_ANCHOR"])
    with pecpy.Archive(path) if path.exists() else pecpy.Archive.create(path) as archive:
        async with aio.Hub(archive, secrets=secrets, roots=roots, trust=trust) as hub:
            if not await hub.mailboxes():
                imported = await hub.import_csv(table)
                for cell in imported.errors:
                    print(f"{table}, riga {cell.row}, {cell.column}: {cell.it}")
                if imported.errors:
                    return 1
            report = await hub.refresh(budget=60.0)
            for one in report:
                if one.problem:
                    print(f"{one.mailbox}: {one.problem.text('it')}")
            today = await hub.today(datetime.now(timezone.utc) - timedelta(days=1))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "oggi.html").write_text(today.to_html("it"), encoding="utf-8")
            saved = await today.save_attachments(folder)
            print(f"{report.fresh} caselle su {len(report)}, {sum(len(one.files) for one in saved)} allegati")
            return 0 if report.fresh == len(report) else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(asyncio.run(main(*map(Path, sys.argv[1:]))))
