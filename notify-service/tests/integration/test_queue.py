"""From an event to a queued message: once, in the right class, and not at all where another says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chassis.ids import new_id
from contracts.card import (
    CardActivated,
    CardBlocked,
    CardIssued,
    CardReplaced,
    ContactChanged,
    PickupMissed,
    PickupScheduled,
    ProgrammeService,
)
from contracts.payment import PayoutPaid, WalletStated
from contracts.supply import BalanceStated, Remaining

from ..conftest import contact_changed

if TYPE_CHECKING:
    from ..conftest import Desk

NOW = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


def scheduled(contact: ContactChanged, **changes: Any) -> PickupScheduled:
    values = {
        "appointment_id": new_id(),
        "card_id": new_id(),
        "citizen_id": contact.citizen_id,
        "household_id": contact.household_id,
        "site_id": new_id(),
        "site_name_ar": "مكتب بريد بورفؤاد",
        "site_name_en": "Port Fouad post office",
        "site_address_ar": "شارع ٢٣ يوليو",
        "starts_at": datetime(2026, 4, 5, 8, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 4, 5, 9, 0, tzinfo=UTC),
    }
    return PickupScheduled(**(values | changes))


def about_card(contact: ContactChanged, card_id: Any) -> dict[str, Any]:
    return {"card_id": card_id, "citizen_id": contact.citizen_id, "household_id": contact.household_id}


async def test_an_appointment_becomes_one_message_however_often_the_event_comes(desk: Desk) -> None:
    contact = await desk.know()
    event, event_id = scheduled(contact), new_id()
    for _ in range(3):
        await desk.hear(event, ids=[event_id])
    (message,) = await desk.messages()
    assert message["template"] == "appointment"
    assert message["status"] == "queued"
    assert message["event_id"] == str(event_id)
    assert message["text"] is None


async def test_every_reaction_says_its_words(desk: Desk) -> None:
    contact = await desk.know()
    card, other = new_id(), new_id()
    pot = Remaining(programme="bread", unit="loaf", remaining=135, period=NOW.date())
    who = {"citizen_id": contact.citizen_id, "household_id": contact.household_id}
    asked, unknown = {"inquiry_id": new_id(), **who}, {"inquiry_id": new_id(), **who}
    await desk.hear(
        CardActivated(
            **about_card(contact, card), governorate="03", district="03.02", members=4,
            services=[ProgrammeService.SUPPLY], phase_id=None, activated_at=NOW,
        ),
        CardBlocked(**about_card(contact, card), reason="stolen", blocked_at=NOW),
        PickupMissed(**about_card(contact, other), appointment_id=new_id()),
        BalanceStated(**asked, remaining=[pot], known=True),
        WalletStated(**asked, known=True, balance=30_000, held=5_050),
        WalletStated(**unknown, known=False, balance=0, held=0),
        BalanceStated(**unknown, remaining=[], known=False),
        PayoutPaid(
            payout_id=new_id(), batch_id=new_id(), programme="pension", wallet_id=new_id(), amount=175_500,
            balance=200_050, **who,
        ),
    )  # fmt: skip
    await desk.sender.step()
    texts = desk.aggregator.texts_to("+201012345678")
    assert texts == [
        "منى، تم إيقاف الكارت الموحد. لم تطلب ذلك؟ اتصل 19765",
        f"منى، الرصيد المتبقي يوم {balance_day(desk)}: خبز 135 رغيف، محفظة 249.50 جنيه",
        "منى، لا يوجد كارت مفعل للتموين. للمساعدة اتصل 19765",
        "منى، تم تفعيل الكارت الموحد: السلع التموينية والخبز",
        "منى، تم إيداع معاش 1755 جنيه في محفظة الكارت الموحد. الرصيد 2000.50 جنيه",
        *texts[5:],
    ]  # by priority: security, answers, notices, reminders


def balance_day(desk: Desk) -> str:
    from notify_service.templates.wording import vocabulary

    return vocabulary("ar").day(desk.runtime.clock.now())


async def test_a_new_appointment_and_the_hand_over_cancel_what_is_still_queued(desk: Desk) -> None:
    contact = await desk.know()
    card = new_id()
    first, second = scheduled(contact, card_id=card), scheduled(contact, card_id=card)
    await desk.hear(first, second, scheduled(contact))
    by_status = sorted((m["status"], m["reason"]) for m in await desk.messages())
    assert by_status == [("cancelled", "superseded"), ("queued", None), ("queued", None)]
    issued = CardIssued(**about_card(contact, card), governorate="03", site_id=new_id(), issued_at=NOW)
    await desk.hear(issued)
    queued = [m["template"] for m in await desk.messages(status="queued")]
    assert sorted(queued) == ["appointment", "card_issued"]


async def test_a_replacement_is_told_once_in_whichever_order_its_events_come(desk: Desk) -> None:
    contact = await desk.know()
    for replaced_first in (True, False):
        card = new_id()
        issued = CardIssued(**about_card(contact, card), governorate="03", site_id=new_id(), issued_at=NOW)
        replaced = CardReplaced(
            old_card_id=new_id(), new_card_id=card, citizen_id=contact.citizen_id,
            household_id=contact.household_id, governorate="03", services=[], replaced_at=NOW,
        )  # fmt: skip
        await desk.hear(*((replaced, issued) if replaced_first else (issued, replaced)))
    queued = [m["template"] for m in await desk.messages(status="queued")]
    assert queued == ["card_replaced", "card_replaced"]


async def test_the_newest_contact_counts_and_an_older_one_that_comes_late_does_not(desk: Desk) -> None:
    contact = await desk.know()
    newer = contact_changed("+201199999999", citizen_id=contact.citizen_id, household_id=contact.household_id)
    await desk.hear(contact, newer)
    await desk.hear(scheduled(contact))
    await desk.sender.step()
    assert len(desk.aggregator.texts_to("+201199999999")) == 1


async def test_nothing_personal_lies_open_in_the_database(desk: Desk) -> None:
    contact = await desk.know("+201055554444", given_name="سعاد")
    await desk.hear(scheduled(contact))
    await desk.sender.step()
    await desk.report(
        "/v1/inbound-messages",
        messages=[{"provider_id": "x1", "from": "+201055554444", "text": "سعاد", "received_at": NOW.isoformat()}],
    )
    for table in ("contact", "message", "inbound_message", "outbox", "idempotency"):
        rows = await desk.runtime.pool.fetch(f"SELECT * FROM {table}")
        for row in rows:
            flat = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
            assert b"1055554444" not in flat, table
            assert "سعاد".encode() not in flat, table
            assert "بورفؤاد".encode() not in flat, table
