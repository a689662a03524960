"""Flat rows for tables: `pandas.DataFrame(rows)`, `csv.DictWriter`. Words, times, `None`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pecpy import Dossier, Recipient, Verification


def verification(it: Verification) -> dict[str, Any]:
    """One row for one message. What is not certified is left out of it, whatever the message claims."""
    data = it.certified() if it.is_certified else None
    return {
        "name": it.name,
        "verdict": it.verdict.value,
        "kind": it.kind,
        "sender": data and data.sender,
        "recipients": data and ", ".join(address for address, _ in data.recipients),
        "subject": data and data.subject,
        "pec_id": data and data.pec_id,
        "delivered_to": data and data.delivered_to,
        "certified_at": data and data.time,
        "provider": data and data.issuer,
        "findings": ", ".join(finding.code for finding in it.findings if finding.severity != "info"),
    }


def dossier(it: Dossier) -> list[dict[str, Any]]:
    """One row for each recipient of a message."""
    return [
        {
            "pec_id": it.pec_id,
            "side": it.side.value,
            "sender": it.sender,
            "subject": it.subject,
            "recipient": recipient.address,
            "state": recipient.state.value,
            "accepted_at": next((one.utc for one in it.instants if one.event == it.acceptance), None),
            "delivered_at": _delivered(it, recipient),
            "claims": len(it.claims),
        }
        for recipient in it.recipients
    ]


def _delivered(it: Dossier, recipient: Recipient) -> Any:
    """The legal instant of the delivery to this recipient."""
    return next((one.utc for one in it.instants if one.side == "addressee" and one.event in recipient.events), None)
