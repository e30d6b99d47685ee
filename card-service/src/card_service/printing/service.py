"""Use cases: the code of a card, and sheets of cards for a trial."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import CardUnknown
from card_service.cards.lifecycle import Action
from card_service.cards.service import move
from card_service.cards.validity import last_day
from card_service.dependencies import Dependencies
from card_service.printing import codes, repository
from card_service.printing.models import Face, Printable
from card_service.registry import sealed_names
from card_service.sealing import CARD_NUMBER
from chassis.clock import business_day
from chassis.governorates import GOVERNORATES
from chassis.principal import Principal


async def code_of(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> tuple[str, date]:
    """The code of a card and its last day. Raises CardUnknown, and CardStateConflict for one that was handed over."""
    [card] = await _printable(session, caller, [card_id])
    return _code(deps, card)


async def sheet(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_ids: Sequence[UUID]
) -> tuple[list[tuple[Printable, Face]], bytes]:
    """The cards with what their faces say, and the file. Raises as `code_of` does, for the first it cannot print."""
    printed = [(card, face(deps, card)) for card in await _printable(session, caller, card_ids)]
    # Fonts and their shaping take memory that only who prints needs.
    from card_service.printing import sheets

    return printed, await asyncio.to_thread(sheets.pdf, [one for _, one in printed], deps.now())


async def _printable(session: AsyncSession, caller: Principal, card_ids: Sequence[UUID]) -> list[Printable]:
    found = await repository.cards(session, card_ids)
    cards = [caller.bound.own(found.get(card_id), CardUnknown) for card_id in card_ids]
    for card in cards:
        move(caller, card.state, Action.PRINT)
    return cards


def _code(deps: Dependencies, card: Printable) -> tuple[str, date]:
    """By the figure of the day on which the card was made: no later one changes what was printed."""
    made = business_day(card.created_at)
    ends = last_day(deps.policies.book, made)
    return codes.code(deps.printed_codes, card.card_id, card.governorate, ends), ends


def face(deps: Dependencies, card: Printable) -> Face:
    """All that is put on a card, in clear: never to be kept or logged."""
    english, arabic = GOVERNORATES[card.governorate]
    code, last_day = _code(deps, card)
    return Face(
        name=sealed_names.opened(deps.vault, card.citizen_id, card.name_kept),
        number=deps.vault.open(card.card_id, card.number_sealed, CARD_NUMBER).decode(),
        governorate_ar=arabic,
        governorate_en=english,
        expires_on=last_day,
        code=code,
    )
