"""A citizen asks by SMS where the card is, or for another hour, and chooses one by its number."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.inquiries import service
from chassis.ids import new_id
from contracts.notify import InquiryReceived

from .test_appointments import invited

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice


async def ask(office: Office, card: str, topic: str, choice: int | None = None) -> dict[str, Any] | None:
    """What is stated in answer; None where nothing is, since a new appointment tells itself."""
    ((citizen, household),) = await office.fetch(
        "SELECT citizen_id, household_id FROM card WHERE card_id = $1", UUID(card)
    )
    inquiry = new_id()
    asked = InquiryReceived(
        inquiry_id=inquiry, citizen_id=citizen, household_id=household, topic=topic,
        received_at=office.runtime.clock.now(), choice=choice,
    )  # fmt: skip
    async with office.runtime.sessions() as session, session.begin():
        await service.answer(session, office.runtime.state.dependencies, asked)
    found = [one for one in await office.events("CardStated", str(household)) if one["inquiry_id"] == str(inquiry)]
    return found[0] if found else None


async def hour_of(office: Office, card: str) -> datetime:
    ((hour,),) = await office.fetch(
        "SELECT starts_at FROM appointment WHERE card_id = $1 AND state = 'scheduled'", UUID(card)
    )
    found: datetime = hour
    return found


async def test_the_card_is_stated_and_an_hour_chosen_by_its_number(open_office: OpenOffice) -> None:
    async with open_office() as office:
        await office.site("Asked by SMS")
        ((found, _),) = await invited(office)
        card = found["card_id"]
        before = await hour_of(office, card)
        stated = await ask(office, card, "card")
        assert stated is not None
        assert (datetime.fromisoformat(stated["starts_at"]), stated["offers"]) == (before, [])
        stated = await ask(office, card, "appointment")
        assert stated is not None
        assert 1 <= len(stated["offers"]) <= 3
        assert len({hour[:10] for hour in [*stated["offers"], stated["starts_at"]]}) == len(stated["offers"]) + 1
        wanted = datetime.fromisoformat(stated["offers"][-1])
        assert await ask(office, card, "appointment", len(stated["offers"])) is None
        assert await hour_of(office, card) == wanted
        again = await ask(office, card, "appointment", 1)
        assert again is not None, "what was offered once is not offered for ever"
        assert datetime.fromisoformat(again["starts_at"]) == wanted
        assert await ask(office, card, "appointment", 9) is not None
        assert await hour_of(office, card) == wanted


async def test_the_nearest_site_is_stated_with_its_hours_while_a_card_waits(open_office: OpenOffice) -> None:
    async with open_office() as office:
        site = await office.site("Nearest by SMS")
        ((found, _),) = await invited(office)
        stated = await ask(office, found["card_id"], "nearest")
        assert stated is not None
        assert (stated["site_name_en"], stated["offers"]) == (site["name_en"], [])
        assert {(day["opens"], day["closes"]) for day in stated["hours"]} == {("08:00", "15:00")}
        card, _, _ = await office.active()
        assert await ask(office, card, "nearest") is None


async def test_a_card_in_use_is_stated_and_offers_nothing(open_office: OpenOffice) -> None:
    async with open_office() as office:
        card, _, _ = await office.active()
        stated = await ask(office, card, "appointment", 1)
        assert stated is not None
        assert (stated["state"], stated["starts_at"], stated["offers"]) == ("active", None, [])
