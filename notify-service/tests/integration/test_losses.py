"""Lost cards: «فقد» by SMS is heard only where it is the whole message, and the holder hears what became of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from chassis.contact import seal_code
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault
from contracts.card import CardBlocked, CardIssued
from contracts.housecalls import HouseCallEnded, HouseCallPlanned
from contracts.losses import BreadCodeIssued, CardReportedLost, LostBlockLapsed
from contracts.mandates import MandateBegan, MandateEnded

from ..conftest import CONTACT_KEYS
from .test_inquiries import NUMBER, replies, send, text
from .test_requests import texts

if TYPE_CHECKING:
    from uuid import UUID

    from contracts.card import ContactChanged

    from ..conftest import Desk

BLOCKED = datetime(2026, 11, 12, 8, 0, tzinfo=UTC)
LAPSES = datetime(2026, 11, 17, 22, 0, tzinfo=UTC)  # midnight in Cairo


async def lost(desk: Desk) -> list[str]:
    """Whose cards were reported."""
    return sorted(data["citizen_id"] for kind, data in await desk.published() if kind == "LossReported")


def whose(contact: ContactChanged) -> dict[str, UUID]:
    return {"card_id": new_id(), "citizen_id": contact.citizen_id, "household_id": contact.household_id}


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("فقد", True),
        (" فقد! ", True),
        ("LOST", True),
        ("الكارت فقد", False),
        ("لو فقد الكارت أعمل إيه؟", False),
        ("فقدت", False),
        ("is my message lost?", False),
    ],
)
async def test_only_the_word_alone_blocks(desk: Desk, words: str, heard: bool) -> None:
    """Finding A7: a keyword found in a sentence, with an effect that lasts."""
    contact = await desk.know()
    await send(desk, text(words))
    assert await lost(desk) == ([str(contact.citizen_id)] if heard else [])
    assert await replies(desk) == (["loss_heard"] if heard else ["help"])


async def test_it_is_of_everybody_whose_number_it_is(desk: Desk) -> None:
    """Finding A9: an effect on one row where the number has many."""
    people = [await desk.know() for _ in range(8)]
    await desk.know("+201012345679")
    await send(desk, text("فقد"))
    assert await lost(desk) == sorted(str(one.citizen_id) for one in people)


async def test_it_counts_when_no_more_is_answered(desk: Desk) -> None:
    """Finding A8: a limit on replies stops no effect."""
    contact = await desk.know()
    await send(desk, *[text("?") for _ in range(desk.runtime.state.rules.replies_per_number_per_day)])
    await send(desk, text("فقد"))
    assert await lost(desk) == [str(contact.citizen_id)]


async def test_a_number_nobody_registered_blocks_nothing(desk: Desk) -> None:
    await desk.know("+201012345679")
    await send(desk, text("فقد", NUMBER))
    assert await lost(desk) == []
    assert await replies(desk) == ["unknown_number"]


async def test_the_same_message_twice_is_one(desk: Desk) -> None:
    contact = await desk.know()
    message = text("فقد", provider_id="once")
    await send(desk, message)
    await send(desk, message)
    assert await lost(desk) == [str(contact.citizen_id)]


async def test_the_holder_hears_until_when_another_is_asked_for(desk: Desk) -> None:
    contact = await desk.know()
    card = whose(contact)
    await desk.hear(
        CardBlocked(**card, reason="lost", blocked_at=BLOCKED),
        CardReportedLost(**card, channel="sms", blocked_at=BLOCKED, lapses_at=LAPSES),
    )
    (said,) = await texts(desk)
    assert "الثلاثاء 17 نوفمبر" in said
    await desk.hear(LostBlockLapsed(**card, lapsed_at=LAPSES))
    assert "عاد للعمل" in (await texts(desk))[-1]


async def test_a_loss_with_its_replacement_is_told_as_a_block(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(CardReportedLost(**whose(contact), channel="office", blocked_at=BLOCKED, lapses_at=None))
    assert await replies(desk) == ["card_blocked"]


async def test_a_mandate_is_told_when_it_is_given_and_when_it_ends(desk: Desk) -> None:
    contact = await desk.know()
    of = {
        "mandate_id": new_id(), "citizen_id": contact.citizen_id, "household_id": contact.household_id,
        "proxy_id": new_id(),
    }  # fmt: skip
    await desk.hear(MandateBegan(**of, begins_on=date(2026, 11, 15), ends_on=date(2027, 5, 14)))
    (said,) = await texts(desk)
    assert "15 نوفمبر" in said
    assert "14 مايو" in said
    await desk.hear(MandateEnded(**of | {"mandate_id": new_id()}, because="withdrawn", ended_at=BLOCKED))
    assert "انتهى تسجيل وكيلك" in (await texts(desk))[-1]
    before = len(await texts(desk))
    await desk.hear(MandateEnded(**of | {"mandate_id": new_id()}, because="holder_died", ended_at=BLOCKED))
    assert len(await texts(desk)) == before


async def test_who_collects_for_another_is_told_to_the_holder(desk: Desk) -> None:
    contact = await desk.know()
    of = {"citizen_id": contact.citizen_id, "household_id": contact.household_id}
    days = {"begins_on": date(2026, 11, 15), "ends_on": date(2026, 11, 24)}
    await desk.hear(MandateBegan(**of, **days, mandate_id=new_id(), proxy_id=new_id(), allows=["collect"]))
    assert "وكيل يستلم عنك" in (await texts(desk))[-1]
    issued = {**of, "governorate": "03", "site_id": new_id(), "issued_at": BLOCKED}
    await desk.hear(CardIssued(**issued, card_id=new_id(), by_proxy=True))
    assert "إلى وكيلك" in (await texts(desk))[-1]
    await desk.hear(CardIssued(**issued, card_id=new_id()))
    assert "لم تستلمه" in (await texts(desk))[-1]


async def test_house_calls_are_told_with_their_days_and_when_nobody_comes(desk: Desk) -> None:
    contact = await desk.know()
    of = {"card_id": new_id(), "citizen_id": contact.citizen_id, "household_id": contact.household_id}
    await desk.hear(HouseCallPlanned(**of, call_id=new_id(), day=date(2026, 12, 6), number=1))
    assert "6 ديسمبر" in (await texts(desk))[-1]
    await desk.hear(HouseCallPlanned(**of, call_id=new_id(), day=date(2026, 12, 9), number=2))
    assert "نعود بالكارت الموحد يوم" in (await texts(desk))[-1]
    await desk.hear(HouseCallEnded(**of, call_id=new_id(), because="missed", ended_at=BLOCKED))
    assert "محفوظ بمكان الاستلام" in (await texts(desk))[-1]
    await desk.hear(HouseCallEnded(**of, call_id=new_id(), because="withdrawn", ended_at=BLOCKED))
    assert "ألغيت الزيارة المنزلية" in (await texts(desk))[-1]


async def test_the_bread_code_goes_to_the_number_that_is_registered(desk: Desk) -> None:
    contact = await desk.know()
    sealed = seal_code(Vault(Keyring.parse(CONTACT_KEYS)), contact.citizen_id, "482913 0571")
    await desk.hear(BreadCodeIssued(**whose(contact), code_id=new_id(), code_sealed=sealed, expires_at=LAPSES))
    (said,) = await texts(desk)
    assert "482913 0571" in said
