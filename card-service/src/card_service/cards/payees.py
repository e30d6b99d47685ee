"""Payees looked up for whoever pays them: which citizens national ids or card numbers belong to."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import numbers, repository
from card_service.dependencies import Dependencies
from card_service.registry import repository as registry
from card_service.sealing import CARD_NUMBER, NATIONAL_ID
from chassis.area import Area
from chassis.national_id import NationalIdError, parse
from chassis.principal import Principal
from chassis.text import normalise_digits

NATIONAL_ID_INVALID, CARD_NUMBER_INVALID = "national_id_invalid", "card_number_invalid"
PAYEE_UNKNOWN, CARD_UNKNOWN, CARD_CLOSED = "payee_unknown", "card_unknown", "card_closed"


async def by_national_ids(
    session: AsyncSession, deps: Dependencies, caller: Principal, given: Sequence[str | None]
) -> list[UUID | str]:
    """For each national id its citizen, if the caller may see them, or the code of why there is none."""
    today = deps.today()
    prints: list[bytes | str] = []
    for one in given:
        try:
            prints.append(deps.vault.fingerprint(parse(one or "", today).number, NATIONAL_ID))
        except NationalIdError:
            prints.append(NATIONAL_ID_INVALID)
    wanted = {one for one in prints if isinstance(one, bytes)}
    known = await registry.by_national_ids(session, sorted(wanted))
    visible = {one: bearer.citizen_id for one, bearer in known.items() if caller.bound.covers(bearer.area)}
    return [one if isinstance(one, str) else visible.get(one, PAYEE_UNKNOWN) for one in prints]


async def by_card_numbers(
    session: AsyncSession, deps: Dependencies, caller: Principal, given: Sequence[str | None]
) -> list[UUID | str]:
    """For each card number the card's holder, if the caller may see them, or the code of why there is none."""
    prints: list[bytes | str] = []
    for one in given:
        number = normalise_digits(one or "").replace(" ", "")
        valid = numbers.is_valid(number)
        prints.append(deps.vault.fingerprint(number, CARD_NUMBER) if valid else CARD_NUMBER_INVALID)
    known = await repository.holders(session, sorted({one for one in prints if isinstance(one, bytes)}))
    visible: dict[bytes, UUID | str] = {
        one: CARD_CLOSED if holder.state == "closed" else holder.citizen_id
        for one, holder in known.items()
        if caller.bound.covers(Area(holder.governorate))
    }
    return [one if isinstance(one, str) else visible.get(one, CARD_UNKNOWN) for one in prints]
