"""Use cases: choosing flour instead of bread for a month to come, withdrawing that, seeing what was chosen."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.ids import new_id
from chassis.months import first_day
from chassis.principal import Principal
from contracts.supply import FlourChoiceWithdrawn, FlourChosen
from policybook.book import PolicyInvalid, PolicyMissing
from supply_service.cards import repository as cards
from supply_service.context import Runtime
from supply_service.flour import repository
from supply_service.flour.errors import FlourChoiceUnknown, FlourChosenAlready
from supply_service.flour.schemas import FlourChoice, FlourChoiceRequest
from supply_service.months.service import present
from supply_service.rules.flour import check_begun, check_choice
from supply_service.rules.refusals import CardClosed, CardUnknown, PolicyNotInForce, SupplyNotEnabled


async def choose(session: AsyncSession, runtime: Runtime, caller: Principal, asked: FlourChoiceRequest) -> FlourChoice:
    """Enter a choice. Raises the refusal, FlourChosenAlready or PolicyNotInForce."""
    card, household = await _household(session, caller, asked.card_id, lock=True)
    if card["state"] == "closed":
        raise CardClosed("The card was replaced or closed.", detail_ar="تم إلغاء هذا الكارت")
    if household["activated_on"] is None:
        raise SupplyNotEnabled("The card is not enabled for supply.", detail_ar="التموين غير مفعل على هذا الكارت")
    month, figures = first_day(asked.month), runtime.state.snapshot.figures
    try:
        check_choice(household["issued_in"], month, present(runtime), household["opened"], figures)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyNotInForce(str(error)) from error
    choice_id = new_id()
    entered = await repository.add(
        session,
        choice_id=choice_id,
        household_id=household["household_id"],
        month=month,
        reference=asked.reference,
        chosen_by=caller.subject,
        chosen_at=runtime.clock.now(),
    )
    if not entered:
        raise FlourChosenAlready()
    await cards.touch(session, [household["household_id"]])
    await _tell(session, FlourChosen, choice_id, household["household_id"], month)
    return await _read(session, choice_id)


async def withdraw(session: AsyncSession, runtime: Runtime, caller: Principal, choice_id: UUID) -> FlourChoice:
    """Withdraw a choice, once. Raises FlourChoiceUnknown or FlourMonthBegun."""
    found = await repository.find(session, choice_id)
    household = await repository.household(session, found["household_id"], lock=True) if found else None
    if found is None or household is None or not caller.bound.covers(_area(household)):
        raise FlourChoiceUnknown()
    if found["withdrawn_at"] is None:
        month = first_day(found["month"])
        check_begun(month, present(runtime), household["opened"])
        await repository.withdraw(session, choice_id, caller.subject, runtime.clock.now())
        await cards.touch(session, [household["household_id"]])
        await _tell(session, FlourChoiceWithdrawn, choice_id, household["household_id"], month)
    return await _read(session, choice_id)


async def choices(session: AsyncSession, caller: Principal, card_id: UUID) -> list[FlourChoice]:
    """The choices of a card's household. Raises CardUnknown."""
    _, household = await _household(session, caller, card_id)
    return [FlourChoice.model_validate(dict(row)) for row in await repository.of(session, household["household_id"])]


async def _tell(
    session: AsyncSession,
    kind: type[FlourChosen] | type[FlourChoiceWithdrawn],
    choice_id: UUID,
    household_id: UUID,
    month: date,
) -> None:
    held = await repository.cards(session, household_id)
    told = [kind(choice_id=choice_id, household_id=household_id, card_id=card_id, month=month) for card_id in held]
    await outbox.add(session, *told)


async def _read(session: AsyncSession, choice_id: UUID) -> FlourChoice:
    found = await repository.find(session, choice_id)
    if found is None:
        raise FlourChoiceUnknown()
    return FlourChoice.model_validate(dict(found))


async def _household(
    session: AsyncSession, caller: Principal, card_id: UUID, *, lock: bool = False
) -> tuple[RowMapping, RowMapping]:
    """A card the caller may see, and its household. Raises CardUnknown."""
    card = await repository.card(session, card_id)
    household = await repository.household(session, card["household_id"], lock=lock) if card else None
    if card is None or household is None or not caller.bound.covers(_area(household)):
        raise CardUnknown("This card was never issued.", detail_ar="هذا الكارت غير مسجل")
    return card, household


def _area(household: RowMapping) -> Area:
    return Area(household["governorate"], household["district"])
