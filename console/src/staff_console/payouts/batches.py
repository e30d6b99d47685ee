"""A batch before its page: what may be done with it, and what is told beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from contracts.scopes import Scope
from staff_console.documents import Answer, Document
from staff_console.payouts.columns import column_of
from staff_console.services.parts import together
from staff_console.web.visit import Form, Visit

PLACE: Final = "/console/payouts"
FILES: Final = f"{PLACE}/files"
SHOWN: Final = 20
_DECIDED: Final = frozenset({"approved", "completed"})
_PERCENT: Final = 100


def path_of(batch_id: UUID) -> str:
    """Where payment-service has it."""
    return f"/v1/payout-batches/{batch_id}"


async def find(visit: Visit, batch_id: UUID) -> Answer:
    """The batch as it stands."""
    return await visit.services.get("payment", path_of(batch_id))


@dataclass(frozen=True)
class Before:
    """What a programme's batches of the month before come to; `share` is the change in tenths of a percent."""

    month: str
    count: int
    total: int
    change: int
    share: int | None


async def before(visit: Visit, batch: Document) -> Before | None:
    """The month before of a batch's programme, as far as it was approved; None where nothing was."""
    if not batch["month"]:
        return None
    month = month_before(batch["month"])
    query: dict[str, str | int] = {"programme": batch["programme"], "month": month, "limit": 200}
    told = await visit.services.get("payment", "/v1/payout-batches", query)
    decided = [one for one in told["items"] if one["state"] in _DECIDED]
    if not decided:
        return None
    total = sum(one["received_total"] for one in decided)
    change = batch["received_total"] - total
    share = round(change * 10 * _PERCENT / total) if total else None
    return Before(month, sum(one["received_count"] for one in decided), total, change, share)


def key_of(form: Form, file: bytes) -> str:
    """The key of what a form sends: the same sent twice is taken once, another file is another call."""
    return f"{form.key}-{hashlib.sha256(file).hexdigest()[:16]}"


def month_before(month: str) -> str:
    """The month before that of a day."""
    known = date.fromisoformat(f"{month[:7]}-01")
    year, number = (known.year - 1, 12) if known.month == 1 else (known.year, known.month - 1)
    return f"{year}-{number:02}"


def made_by(visit: Visit, batch: Document) -> bool:
    """Whether the person has had a hand in a batch: then another one approves it."""
    hands = {batch["made_by"], batch["submitted_by"], *batch["uploaded_by"], *batch["changed_by"]}
    return visit.session.subject in hands


def booked(batch: Document) -> int:
    """How far an approved batch is booked, in percent."""
    done, every = batch["paid_count"] + batch["failed_count"], batch["received_count"]
    return min(_PERCENT, _PERCENT * done // every) if every else 0


async def beside(visit: Visit, batch: Document) -> Document:
    """What a batch's page shows: its parts, and what its person may do with it."""
    services, path = visit.services, path_of(batch["batch_id"])
    asked = {
        "programme": services.get("payment", f"/v1/payout-programmes/{batch['programme']}"),
        "doubles": services.get("payment", f"{path}/doubles", {"limit": SHOWN}),
        "faults": services.get("payment", f"{path}/faults", {"limit": SHOWN}),
        "before": before(visit, batch),
    }
    if batch["fund"]:
        asked["fund"] = services.get("payment", f"/v1/payout-funds/{batch['fund']}")
    return {
        "batch": batch, "parts": await together(visit.context.settings.part_seconds, **asked),
        "column_of": column_of, "own": made_by(visit, batch),
        "makes": visit.may(Scope.PAYOUTS_SUBMIT), "booked": booked(batch),
        "as_declared": (batch["declared_count"], batch["declared_total"])
        == (batch["received_count"], batch["received_total"]),
    }  # fmt: skip
