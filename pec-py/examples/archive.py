"""Takes mail into an archive, has its log time-stamped where that is due, and writes the proof of every dispatch that was delivered.

python archive.py ARCHIVE MAIL PROOFS

ARCHIVE   the archive; it is made where there is none
MAIL      a folder of .eml files, an mbox, a Maildir or a ZIP
PROOFS    where the bundles go, one for each dispatch; those that are there already are checked

PEC_TSA names a time-stamping authority by its URL (https://...) and PEC_TSA_ANCHOR the file of its certificate; without them
nothing is stamped. PEC_ANCHOR names an authority of test providers.
"""

from __future__ import annotations

import http.client
import os
import sys
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pecpy


def soon() -> datetime:
    """Until when a stamp should hold at least."""
    return datetime.now(timezone.utc) + timedelta(days=90)


def ask(note: bytes) -> bytes:
    """Has the authority stamp the text of a checkpoint (RFC 3161)."""
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(os.environ["PEC_TSA"], pecpy.proof.time_stamp_request(note), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        response: bytes = answer.read()
    return response


def stamp(archive: pecpy.Archive, trust: pecpy.TrustStore) -> None:
    """Stamps the log where something was done since it was stamped last, or that stamp ends within three months."""
    stats = archive.stats()
    # The log itself says that it was stamped: one entry more is no work.
    news = stats.log_entries > stats.stamped_entries + 1
    if not news and not any(ending.what == "stamp" for ending in archive.expiring(soon())):
        return
    try:
        stamped = archive.stamp(ask, trust=trust)
    except (OSError, http.client.HTTPException) as error:
        # What is not stamped today is stamped tomorrow: nothing is lost but a day.
        print(f"nessuna marca: {error}", file=sys.stderr)
        return
    print(f"{stamped.size} voci marcate il {stamped.time} da {stamped.authority}, fino al {stamped.ends}")


def is_borne(report: pecpy.ProofReport) -> bool:
    """Whether a stamp covers every message, and is borne for three months more."""
    return all(message.witnessed and message.witnessed.borne_until > soon() for message in report.messages)


def prove(archive: pecpy.Archive, trust: pecpy.TrustStore, proofs: Path) -> bool:
    """Writes a bundle for each dispatch that was delivered, and says whether all that are there prove what they should."""
    proofs.mkdir(parents=True, exist_ok=True)
    sound = True
    for receipt in archive.search("tipo:consegna"):
        if receipt.pec_id is None:
            continue
        path = proofs / f"{receipt.id[:16]}.pecproof.zip"
        report = pecpy.proof.verify(path, trust=trust) if path.exists() else None
        if report is None or not is_borne(report):
            # A bundle knows nothing of the stamps that were made after it: the archive does.
            path.write_bytes(archive.bundle(receipt.pec_id, trust=trust))
            report = pecpy.proof.verify(path, trust=trust)
        sound &= report.is_sound
        print("provata" if report.is_sound else "NON provata", receipt.pec_id, path.name)
        if not is_borne(report):
            print(f"{path.name}: senza una marca che duri ancora tre mesi", file=sys.stderr)
    return sound


def main(path: Path, mail: Path, proofs: Path) -> int:
    trust = pecpy.TrustStore()
    if "PEC_ANCHOR" in os.environ:
        trust = trust.with_host_anchor(os.environ["PEC_ANCHOR"])
    if "PEC_TSA_ANCHOR" in os.environ:
        trust = trust.with_time_stamp_anchor(os.environ["PEC_TSA_ANCHOR"])
    with pecpy.Archive(path) if path.exists() else pecpy.Archive.create(path) as archive:
        imported = archive.import_mail(mail, trust=trust, progress=lambda done, others: print(done, end="\r", file=sys.stderr))
        print(f"{imported.new} messaggi nuovi, {imported.known} già presenti")
        for exception in imported.exceptions:
            print(f"{exception.place}: {exception.it}", file=sys.stderr)
        if "PEC_TSA" in os.environ:
            stamp(archive, trust)
        return 0 if prove(archive, trust, proofs) else 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        sys.exit(main(*map(Path, sys.argv[1:])))
    except pecpy.PecError as error:
        sys.exit(error.text("it"))
