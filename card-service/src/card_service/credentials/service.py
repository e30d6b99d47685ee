"""Use case: the credential of a card in its holder's hands, for an office or for a terminal that has read the card."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import Action
from card_service.cards.models import Card
from card_service.cards.service import card_of, move
from card_service.credentials import claims
from card_service.credentials.claims import Claims
from card_service.credentials.errors import CardNotPresented
from card_service.dependencies import Dependencies
from card_service.keys import CREDENTIAL_DAYS, CREDENTIAL_MONTHS
from card_service.printing import codes
from card_service.registry import memberships, months
from chassis.principal import CallerKind, Principal


class Given(NamedTuple):
    """A credential as it travels, and when it is over."""

    compact: str
    expires_at: datetime


async def credential(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, code: str | None
) -> Given:
    """The signed credential of a card. `code`: what a terminal has read of it.

    Raises CardNotPresented where that is not this card's genuine code, CardUnknown, or CardStateConflict.
    """
    if caller.kind is CallerKind.TERMINAL:
        _ensure_presented(deps, card_id, code)
    card = await card_of(session, caller, card_id)
    move(caller, card.state, Action.PROVE)
    said = await _claims(session, deps, card)
    return Given(deps.credentials.sign(said), datetime.fromtimestamp(said["exp"], UTC))


def _ensure_presented(deps: Dependencies, card_id: UUID, code: str | None) -> None:
    """That whoever asks has had the card in hand: its id alone, which receipts and lists have, tells no size."""
    read = codes.read(deps.printed_codes, code, deps.now()) if code is not None else None
    if read != card_id:
        raise CardNotPresented(
            "Send the code of this card as it was read, in Presented-Card.", detail_ar="اقرأ الكود المطبوع على الكارت."
        )


async def _claims(session: AsyncSession, deps: Dependencies, card: Card) -> Claims:
    today = deps.today()
    first, last = claims.months_ahead(today, deps.figure(CREDENTIAL_MONTHS))
    facts = await memberships.facts_of_households(session, [card.household_id])
    steps = months.steps(card.household_id, months.entitlements(facts.stays, facts.decisions))
    return Claims(
        v=claims.VERSION,
        card=str(card.card_id),
        household=str(card.household_id),
        gov=card.governorate,
        services=sorted(card.services),
        sizes=claims.sizes(steps, first, last),
        last_month=months.month_text(last),
        exp=claims.ends(today, last, deps.figure(CREDENTIAL_DAYS)),
    )
