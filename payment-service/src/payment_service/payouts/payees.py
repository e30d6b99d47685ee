"""Payees as files name them, by citizen, card, national id or card number, and the citizens they are.

National ids and card numbers are looked up at card-service, in the name of whoever sends the file, and forgotten: no
row, log or event has them. The register notes each access.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area
from chassis.principal import Principal
from chassis.problems import InsufficientScope
from contracts.scopes import Scope
from payment_service.payouts.payout_file import Payee, Rows
from payment_service.wallets import repository as wallets

AT_ONCE = 1000
CALLS_AT_ONCE = 4
LONGEST = 40
_ASKED = {"national_id": "national_ids", "card_number": "card_numbers"}


class Register(Protocol):
    """Whoever knows which citizen a national id or a card number belongs to."""

    async def look_up(self, authorization: str, kind: str, numbers: Sequence[str]) -> list[UUID | str]:
        """For each number, at most `AT_ONCE`, its citizen, or the code of the reason why there is none."""


@dataclass(frozen=True)
class Asking:
    """Who asks for payees: the caller, and the header by which the register knows them too."""

    caller: Principal
    authorization: str


async def resolved(session: AsyncSession, register: Register, asking: Asking, rows: Rows) -> Rows:
    """A file's rows with citizens for payees; those without one are faulty.

    Raises InsufficientScope where the caller may not ask the register, RegisterAway where it does not answer.
    """
    found = await citizens(session, register, asking, rows.payee, rows.payees)
    faulty = {n: one for n, one in enumerate(found) if isinstance(one, str)}
    rows.payees = found
    return rows.without(faulty)


async def citizens(
    session: AsyncSession, register: Register, asking: Asking, payee: Payee, named: Sequence[UUID | str]
) -> Sequence[UUID | str]:
    """For each payee the citizen, or the code of what is wrong. Raises as `resolved` does."""
    if payee == "citizen_id":
        return named
    if payee == "card_id":
        return await _of_cards(session, asking.caller, named)
    if Scope.PAYEES_RESOLVE not in asking.caller.scopes:
        raise InsufficientScope(
            f"To name payees by {payee} needs the scope {Scope.PAYEES_RESOLVE}.",
            detail_ar=f"تلزم الصلاحية {Scope.PAYEES_RESOLVE} لتحديد المستفيدين.",
            needed=[Scope.PAYEES_RESOLVE.value],
        )
    numbers = ["" if len(str(one)) > LONGEST else str(one) for one in named]
    places = asyncio.Semaphore(CALLS_AT_ONCE)

    async def some(start: int) -> list[UUID | str]:
        async with places:
            asked = numbers[start : start + AT_ONCE]
            return await register.look_up(asking.authorization, _ASKED[payee], asked)

    parts = await asyncio.gather(*(some(start) for start in range(0, len(numbers), AT_ONCE)))
    return [one for part in parts for one in part]


async def _of_cards(session: AsyncSession, caller: Principal, named: Sequence[UUID | str]) -> list[UUID | str]:
    known = await wallets.holders(session, [one for one in named if isinstance(one, UUID)])
    found: list[UUID | str] = []
    for one in named:
        holder = known.get(one) if isinstance(one, UUID) else None
        if holder is None or not caller.bound.covers(Area(holder.governorate)):
            found.append("card_unknown")
        else:
            found.append("card_closed" if holder.state == "closed" else holder.citizen_id)
    return found
