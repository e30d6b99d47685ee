"""Rows of a file, from what the register keeps: opened, and written as text that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from card_service.cards import numbers
from card_service.cards.lifecycle import CardState
from card_service.exports.columns import RESTRICTED, said, state
from card_service.exports.models import Language
from card_service.registry import sealed_names
from card_service.sealing import CARD_NUMBER, MOBILE, NATIONAL_ID
from chassis.clock import business_day
from chassis.sealing import Vault

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOBODY: Final = UUID(int=0)
_ID: Final = 16


class Kept(NamedTuple):
    """A household, its head and the head's card with all that a file shows, as they are kept."""

    household_id: UUID
    governorate: str
    district: str
    status: str
    members: int
    registered_at: datetime
    citizen_id: UUID | None
    name_kept: bytes | None
    restricted: bool
    card_id: UUID | None
    number_sealed: bytes | None
    card_state: str | None
    site_id: UUID | None
    address: str
    national_id_sealed: bytes | None
    mobile_sealed: bytes | None
    site_ar: str | None
    site_en: str | None


class Shown(NamedTuple):
    """Whom a row shows; a person whose data are restricted is not shown."""

    household_id: UUID
    citizen_id: UUID | None
    card_id: UUID | None


def neutral(text: str) -> str:
    """A text that a spreadsheet shows as it is: one that would begin a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def cells(vault: Vault, row: Kept, language: Language) -> list[str]:
    """The cells of a row, all of them text. Raises chassis.sealing.SealBroken."""
    written = [
        str(row.household_id), row.governorate, row.district, row.address, state("household", row.status, language),
        str(row.members), business_day(row.registered_at).isoformat(), *_head(vault, row, language),
    ]  # fmt: skip
    return [neutral(one) for one in written]


def shown(row: Kept) -> Shown:
    """Whom a row shows."""
    return Shown(row.household_id, *((None, None) if row.restricted else (row.citizen_id, row.card_id)))


def _head(vault: Vault, row: Kept, language: Language) -> list[str]:
    if row.restricted:
        return [said(RESTRICTED, language), "", "", "", "", ""]
    site = (row.site_ar if language == "ar" else row.site_en) or ""
    card = state("card", CardState(row.card_state), language) if row.card_state else ""
    number = _opened(vault, row.card_id, row.number_sealed, CARD_NUMBER)
    return [*_person(vault, row), numbers.masked(number) if number else "", card, site]


def _person(vault: Vault, row: Kept) -> tuple[str, str, str]:
    """Name, national id and mobile, the last as it is dialled in the country: a leading + would begin a formula."""
    if row.citizen_id is None or row.name_kept is None:
        return "", "", ""
    mobile = _opened(vault, row.citizen_id, row.mobile_sealed, MOBILE)
    return (
        sealed_names.opened(vault, row.citizen_id, row.name_kept),
        _opened(vault, row.citizen_id, row.national_id_sealed, NATIONAL_ID),
        f"0{mobile.removeprefix('+20')}" if mobile.startswith("+20") else mobile,
    )


def _opened(vault: Vault, owner: UUID | None, sealed: bytes | None, purpose: bytes) -> str:
    return vault.open(owner, sealed, purpose).decode() if owner is not None and sealed is not None else ""


def packed(rows: Sequence[Shown]) -> bytes:
    """Whom rows show, three ids each, nobody as zeros."""
    return b"".join((one or _NOBODY).bytes for row in rows for one in row)


def unpacked(plain: bytes) -> list[Shown]:
    """The same again."""
    ids = [UUID(bytes=plain[at : at + _ID]) for at in range(0, len(plain), _ID)]
    known = [None if one == _NOBODY else one for one in ids]
    return [Shown(ids[at], known[at + 1], known[at + 2]) for at in range(0, len(ids), 3)]
