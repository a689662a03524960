"""pecpy beside Rust, beside itself on several threads, and beside what a Python program does without it, in one run.

    cargo xtask bench python

Every figure is the best of many rounds in which all take turns: the machine may be busy with other things.
"""

from __future__ import annotations

import email
import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pecpy
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ROUNDS = 30
BATCH = 500
THREADS = 4
LONGER = 8


def peer(data: bytes) -> bool:
    """Only the signature check: `email` finds the parts, asn1crypto reads the CMS, cryptography verifies. No certificate path, no
    revocation, no certification data, no comparison of headers."""
    message = email.message_from_bytes(data)
    boundary = b"--" + message.get_boundary("").encode()
    # `email` does not keep the bytes of a part: they are cut out again.
    signed = data.split(b"\r\n" + boundary)[1].removeprefix(b"\r\n")
    signature = message.get_payload()[1].get_payload(decode=True)
    content = cms.ContentInfo.load(signature)["content"]
    signer = content["signer_infos"][0]
    attributes = {it["type"].native: it["values"][0].native for it in signer["signed_attrs"]}
    if attributes["message_digest"] != hashlib.sha256(signed).digest():
        return False
    serial = signer["sid"].chosen["serial_number"].native
    for choice in content["certificates"]:
        if choice.chosen.serial_number == serial:
            certificate = x509.load_der_x509_certificate(choice.chosen.dump())
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    attributes_der = signer["signed_attrs"].untag().dump()
    key.verify(signer["signature"].native, attributes_der, padding.PKCS1v15(), hashes.SHA256())
    return True


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rust = subprocess.Popen([sys.argv[1], folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert rust.stdin and rust.stdout

        def by_rust() -> float:
            rust.stdin.write(f"{BATCH}\n")
            rust.stdin.flush()
            return int(rust.stdout.readline()) / 1e9

        by_rust()
        data = (Path(folder) / "message.eml").read_bytes()
        trust = pecpy.TrustStore().with_host_anchor(Path(folder) / "root.crt")
        now = datetime.fromisoformat((Path(folder) / "now").read_text().replace("Z", "+00:00"))
        verify = pecpy.verify
        assert verify(data, trust=trust, now=now).verdict == "certified" and peer(data)
        changed = data.replace(b"Buongiorno", b"Buongiorni")
        assert verify(changed, trust=trust, now=now).verdict == "altered" and not peer(changed)

        def some(times: int) -> None:
            for _ in range(times):
                verify(data, trust=trust, now=now)

        def some_peers() -> None:
            for _ in range(BATCH // 20):
                peer(data)

        with ThreadPoolExecutor(THREADS) as pool:
            works: dict[str, Callable[[], float]] = {
                "Rust": by_rust,
                "pecpy": lambda: seconds(lambda: some(BATCH)),
                # Longer, so that what threads wait for each other at the beginning and the end of a round does not count.
                f"pecpy, {THREADS} threads": lambda: (
                    seconds(lambda: list(pool.map(some, [BATCH * LONGER] * THREADS))) / THREADS / LONGER
                ),
                "email, asn1crypto, cryptography": lambda: seconds(some_peers) * 20,
            }
            best = {name: min(work() for _ in range(2)) for name, work in works.items()}
            for _ in range(ROUNDS):
                for name, work in works.items():
                    best[name] = min(best[name], work())
        rust.stdin.close()
        rust.wait()
    print(f"{len(data):,} bytes; CPython {sys.version.split()[0]}; best of {ROUNDS} rounds of {BATCH}")
    for name, taken in best.items():
        print(f"{taken / BATCH * 1e6:9.1f} us a message  {name}")
    rust_time, one, many, other = best.values()
    print(f"overhead over Rust:       {one / rust_time - 1:6.1%}   (goal: at most 15 %)")
    print(f"{THREADS} threads against one:    {one / many:6.2f} x (goal: at least 1.8 on 2 cores)")
    print(f"faster than the peer:     {other / one:6.1f} x (goal: at least 20)")


if __name__ == "__main__":
    main()
