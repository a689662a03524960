"""Sends what waits in the outbox of a mailbox, and brings in the receipts, until each message has come to its end.

python send.py ARCHIVE ADDRESS [SECONDS]

ARCHIVE   where messages were queued (`Archive.queue`), and receipts are kept
ADDRESS   the mailbox, which is managed already
SECONDS   how often it is looked again; without it, once

The passwords are in ARCHIVE.secrets, under the passphrase in the environment variable PEC_PASSPHRASE. PEC_ROOTS names
certification authorities beside the public ones, and PEC_ANCHOR an authority of test providers.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pecpy


def run(hub: pecpy.Hub, address: str) -> bool:
    """Sends and receives once; says whether anything is left to be sent."""
    with hub.open(address) as mailbox:
        dispatch = mailbox.send_queued(progress=lambda sent, others: print(f"inviati {sent}", file=sys.stderr))
        for what in ("sent", "refused", "later", "unknown"):
            for key in getattr(dispatch, what):
                print(what, key)
        if dispatch.problem:
            print(dispatch.problem.text("it"), file=sys.stderr)
        synced = mailbox.sync()
        print(f"{synced.new} ricevuti")
        return bool(dispatch.later or dispatch.next_at or dispatch.problem)


def main(path: Path, address: str, seconds: float | None) -> int:
    secrets = pecpy.Secrets(path.with_suffix(".secrets"), passphrase=os.environ["PEC_PASSPHRASE"])
    roots = [Path(root) for root in os.environ.get("PEC_ROOTS", "").split(os.pathsep) if root]
    trust = pecpy.TrustStore()
    if "PEC_ANCHOR" in os.environ:
        trust = trust.with_host_anchor(os.environ["PEC_ANCHOR"])
    with pecpy.Archive(path) as archive, pecpy.Hub(archive, secrets=secrets, roots=roots, trust=trust) as hub:
        try:
            while run(hub, address):
                if seconds is None:
                    return 1
                time.sleep(seconds)
        except pecpy.WireError as error:
            print(f"{error.text('it')} ({error.evidence})", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) == 4 else None))
