"""Sending: urgent first, paced, quiet at night, and exactly once whatever breaks in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from aiohttp import web

from chassis.clock import TrainingClock
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import TestIssuer, execute_as_owner, worked_off
from contracts.appointments import PickupReminderDue
from contracts.card import CardBlocked, ContactChanged, PersonDied, PickupMissed, PickupScheduled
from notify_service import upkeep
from notify_service.channels.aggregator import Aggregator
from notify_service.channels.choice import Channels
from notify_service.contacts.service import learn
from notify_service.messages import repository, service
from notify_service.messages.sender import Sender
from notify_service.messages.service import Intent
from notify_service.templates.facts import NoFacts

from ..conftest import contact_changed

if TYPE_CHECKING:
    from ..conftest import Desk

NUMBER = "+201012345678"
NOON = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)


def appointment(contact: ContactChanged) -> PickupScheduled:
    return PickupScheduled(
        appointment_id=new_id(), card_id=new_id(), citizen_id=contact.citizen_id,
        household_id=contact.household_id, site_id=new_id(), site_name_ar="مكتب بريد", site_name_en="Post office",
        site_address_ar="", starts_at=NOON, ends_at=NOON,
    )  # fmt: skip


def blocked(contact: ContactChanged) -> CardBlocked:
    return CardBlocked(
        card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, reason="stolen",
        blocked_at=NOON,
    )  # fmt: skip


def missed(contact: ContactChanged) -> PickupMissed:
    return PickupMissed(
        appointment_id=new_id(),
        card_id=new_id(),
        citizen_id=contact.citizen_id,
        household_id=contact.household_id,
    )


def set_clock(desk: Desk, instant: datetime) -> None:
    assert isinstance(desk.runtime.clock, TrainingClock)
    desk.runtime.clock.move_to(instant)


async def pass_time(desk: Desk, time: timedelta) -> None:
    """As if all of it had happened so long ago: sending keeps real time, which no test can move."""
    moved = ", ".join(f"{name} = {name} - $1::interval" for name in ("created_at", "expires_at", "not_before"))
    await desk.runtime.pool.execute(f"UPDATE message SET {moved}", time)


async def drain(desk: Desk) -> None:
    await worked_off(desk.sender.step, lambda pause: pause == 0)


async def test_who_comes_soon_is_reminded_of_place_and_hour(desk: Desk) -> None:
    contact = await desk.know()
    said = appointment(contact).model_dump(exclude={"site_address_ar", "ends_at"})
    set_clock(desk, NOON)
    await desk.hear(PickupReminderDue(**said))
    await drain(desk)
    (text,) = [message["text"] for message in desk.aggregator.messages.values()]
    assert "نذكرك" in text
    assert "مكتب بريد" in text


async def test_urgent_messages_leave_first(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(appointment(contact), blocked(contact))
    await desk.sender.step()
    sent = list(desk.aggregator.messages.values())
    assert [("إيقاف" in m["text"], m["encoding"], m["parts"]) for m in sent] == [
        (True, "ucs2", 1),
        (False, "ucs2", 2),
    ]


async def test_a_contact_that_speaks_english(desk: Desk) -> None:
    contact = await desk.know(language="en")
    await desk.hear(appointment(contact))
    await desk.sender.step()
    (message,) = await desk.messages()
    assert message["text"] == (
        "Collect your Unified Card on Wed 1 Apr at 12 pm from Post office. Bring your national id."
    )
    assert (message["encoding"], message["parts"], message["to"]) == ("gsm7", 1, "+2010******78")


@pytest.mark.parametrize(("language", "mark"), [("ar", "«تدريب» "), ("en", "TRAINING: ")])
async def test_a_training_installation_says_so_in_every_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, language: str, mark: str
) -> None:
    monkeypatch.setattr(desk.runtime.settings, "training", True)
    contact = await desk.know(language=language)
    await desk.hear(appointment(contact))
    await desk.sender.step()
    (sent,) = desk.aggregator.messages.values()
    assert sent["text"].startswith(mark)
    (message,) = await desk.messages()
    assert message["text"].startswith(mark)


async def test_reminders_wait_for_the_morning_and_appointments_do_not(desk: Desk) -> None:
    set_clock(desk, datetime(2026, 1, 6, 22, 0, tzinfo=UTC))  # midnight in Cairo
    contact = await desk.know()
    await desk.hear(missed(contact), appointment(contact))
    await drain(desk)
    assert len(desk.aggregator.messages) == 1
    set_clock(desk, datetime(2026, 1, 7, 7, 0, tzinfo=UTC))
    await drain(desk)
    assert len(desk.aggregator.messages) == 2


async def test_opted_out_citizens_get_what_is_essential(desk: Desk) -> None:
    set_clock(desk, NOON)
    contact = await desk.know()
    await desk.runtime.pool.execute("UPDATE contact SET opted_out_at = now()")
    await desk.hear(missed(contact), appointment(contact))
    await drain(desk)
    by_template = {m["template"]: (m["status"], m["reason"]) for m in await desk.messages()}
    assert by_template == {"missed_appointment": ("cancelled", "opted_out"), "appointment": ("sent", None)}


async def test_a_message_waits_for_its_contact_and_gives_up_in_the_end(desk: Desk) -> None:
    known, unknown = contact(), contact()
    await desk.hear(appointment(known), appointment(unknown))
    await drain(desk)
    assert desk.aggregator.messages == {}
    await desk.hear(known)
    await drain(desk)
    assert len(desk.aggregator.messages) == 1
    await pass_time(desk, timedelta(hours=desk.runtime.state.rules.classes["appointment"].valid_hours + 1))
    await desk.look_after()
    (given_up,) = await desk.messages(status="expired")
    assert given_up["reason"] == "no_contact"
    assert [(state["status"], state["reason"]) for state in given_up["states"]] == [
        ("queued", None),
        ("expired", "no_contact"),
    ]
    failures = [data for kind, data in await desk.published() if kind == "MessageFailed"]
    assert [(f["citizen_id"], f["permanent"]) for f in failures] == [(str(unknown.citizen_id), False)]


async def test_a_contact_and_a_message_written_in_the_same_moment_find_each_other(desk: Desk) -> None:
    """Two transactions that do not see each other: the message waits until the sweep."""
    known = contact()
    other = desk.runtime.sessions()
    here = desk.runtime.state
    async with desk.runtime.sessions() as one, one.begin(), other as two, two.begin():
        envelope = Received(known, new_id(), desk.runtime.clock.now(), None)
        await learn([envelope], one, here.vault, here.settings.contact_vault())
        intent = Intent(new_id(), NoFacts(), known.citizen_id, known.household_id)
        await service.queue(two, here, "card_blocked", [intent])
    assert not await desk.runtime.pool.fetchval("SELECT ready FROM message")
    await desk.look_after(upkeep.SLOW)
    await drain(desk)
    assert len(desk.aggregator.messages) == 1


def contact() -> ContactChanged:
    return contact_changed(NUMBER, language="ar")


async def test_a_citizen_without_a_number(desk: Desk) -> None:
    await desk.hear(appointment(await desk.know(None)))
    await drain(desk)
    (message,) = await desk.messages()
    assert (message["status"], message["reason"]) == ("failed", "no_number")
    assert desk.aggregator.requests == []


async def test_a_wrong_number_ends_at_once_and_a_refusal_is_tried_again(desk: Desk) -> None:
    set_clock(desk, NOON)
    wrong, busy = await desk.know("+201011111111"), await desk.know("+201022222222")
    desk.aggregator.reject = {"+201011111111": "invalid_number", "+201022222222": "congested"}
    await desk.hear(appointment(wrong), appointment(busy))
    await drain(desk)
    by_citizen = {m["citizen_id"]: (m["status"], m["reason"]) for m in await desk.messages()}
    assert by_citizen == {
        str(wrong.citizen_id): ("failed", "invalid_number"),
        str(busy.citizen_id): ("queued", "congested"),
    }
    failures = [data for kind, data in await desk.published() if kind == "MessageFailed"]
    assert [(f["citizen_id"], f["permanent"]) for f in failures] == [(str(wrong.citizen_id), True)]
    desk.aggregator.reject.clear()
    await drain(desk)
    assert desk.aggregator.messages == {}  # not yet
    await pass_time(desk, desk.runtime.state.rules.retries.after[0])
    await drain(desk)
    assert len(desk.aggregator.messages) == 1


@pytest.mark.parametrize(
    "reply",
    [
        lambda: web.Response(status=503),
        lambda: web.Response(status=429, headers={"Retry-After": "1"}),
        lambda: web.Response(status=401),
        lambda: web.Response(text="<html>"),
        lambda: web.json_response({"results": [{"reference": "x", "status": "accepted"}]}),
    ],
)
async def test_an_aggregator_in_trouble_costs_no_message_a_try(desk: Desk, reply: Callable[[], web.Response]) -> None:
    await desk.hear(appointment(await desk.know()))

    async def answer() -> web.Response:
        return reply()

    desk.aggregator.answer = answer
    pauses = [await desk.sender.step() or 0 for _ in range(3)]
    assert all(pause > 0 for pause in pauses)
    row = await desk.runtime.pool.fetchrow("SELECT status, refusals FROM message")
    assert row is not None
    assert tuple(row) == ("queued", 0)
    desk.aggregator.answer = None
    assert await desk.sender.step() == 0
    assert len(desk.aggregator.messages) == 1


async def test_the_pause_grows_while_the_aggregator_is_away(desk: Desk) -> None:
    await desk.hear(appointment(await desk.know()))

    async def answer() -> web.Response:
        return web.Response(status=502)

    desk.aggregator.answer = answer
    pauses = [await desk.sender.step() or 0 for _ in range(12)]
    assert pauses[0] < 1
    assert pauses[3] > 2 * pauses[0]
    assert max(pauses) <= 36


async def test_a_message_missing_from_the_reply_is_tried_again(desk: Desk) -> None:
    set_clock(desk, NOON)
    await desk.hear(appointment(await desk.know()))

    async def answer() -> web.Response:
        return web.json_response({"results": []})

    desk.aggregator.answer = answer
    await desk.sender.step()
    (message,) = await desk.messages()
    assert (message["status"], message["reason"]) == ("queued", "not_taken")


async def test_a_lost_reply_leads_to_one_message_on_the_handset(desk: Desk) -> None:
    """The aggregator took the batch, the process died before it could write that down."""
    await desk.hear(appointment(await desk.know()))
    claimed = await claim(desk, lease=new_id(), lease_seconds=0)
    ready, _ = desk.sender._prepare(claimed, {})
    await desk.runtime.state.channels.of(NUMBER)[0].send(ready)
    await desk.look_after()
    await drain(desk)
    assert len(desk.aggregator.requests) == 2
    assert len(desk.aggregator.messages) == 1
    (message,) = await desk.messages()
    assert (message["status"], message["attempts"]) == ("sent", 2)


async def claim(desk: Desk, *, lease: UUID, lease_seconds: float = 60, batch: int = 100, rate: float = 1e6) -> Any:
    async with desk.runtime.sessions() as session, session.begin():
        return await repository.claim(
            session, priorities=[0, 1, 2, 3, 4, 5], batch=batch, rate=rate,
            lease=lease, lease_seconds=lease_seconds, today=desk.runtime.clock.today(),
        )  # fmt: skip


async def test_many_claimers_never_take_the_same_message(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(*(appointment(contact) for _ in range(300)))
    batches = await asyncio.gather(*(claim(desk, lease=new_id(), batch=40) for _ in range(8)))
    taken = [row.id for batch in batches for row in batch]
    assert len(taken) == len(set(taken))
    rest = [row.id for row in await claim(desk, lease=new_id(), batch=1000)]
    assert len({*taken, *rest}) == 300


async def test_an_old_lease_cannot_write_over_a_newer_one(desk: Desk) -> None:
    await desk.hear(appointment(await desk.know()))
    old = new_id()
    batch = await claim(desk, lease=old, lease_seconds=0)
    await desk.look_after()
    await claim(desk, lease=new_id())
    ready, outcomes = desk.sender._prepare(batch, {})
    await desk.sender._finish(old, {row.id: row for row in batch}, ready, {}, outcomes)
    (message,) = await desk.messages()
    assert message["status"] == "sending"


async def test_the_pace_holds_over_all_processes(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(*(appointment(contact) for _ in range(400)))
    settings = desk.sender._settings.model_copy(update={"sms_per_second": 100.0, "sms_batch": 50})
    async with Aggregator(settings) as link:
        senders = [Sender(desk.runtime, Channels([link])) for _ in range(3)]
        for sender in senders:
            sender._settings = settings
        started = time.monotonic()
        while (passed := time.monotonic() - started) < 2.0 or len(desk.aggregator.messages) < 150:
            assert passed < 30
            await asyncio.gather(*(sender.step() for sender in senders))
            await asyncio.sleep(0.01)
    # what the time that passed allows, a burst of a quarter second, the last batch
    assert len(desk.aggregator.messages) <= 100 * passed + 25 + 50


async def test_what_the_network_gave_up_has_expired_and_is_told_as_before(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(appointment(contact), appointment(contact))
    await drain(desk)
    ids = [m["id"] for m in await desk.messages()]
    at = datetime.now(UTC).isoformat()
    receipts = [
        {"reference": ids[0], "status": "expired", "at": at},
        {"reference": ids[1], "status": "failed", "reason": "expired", "at": at},
    ]
    assert await desk.report("/v1/delivery-receipts", receipts=receipts) == {"applied": 2, "ignored": 0}
    told = await desk.messages(status="expired")
    assert [[state["status"] for state in one["states"]] for one in told] == [["queued", "sent", "expired"]] * 2
    failures = [data for kind, data in await desk.published() if kind == "MessageFailed"]
    assert [(data["reason"], data["permanent"]) for data in failures] == [("expired", False)] * 2


async def test_what_the_version_before_called_failed_has_expired(desk: Desk) -> None:
    await desk.hear(appointment(await desk.know()), appointment(await desk.know()))
    await desk.runtime.pool.execute(
        "UPDATE message SET status = 'failed', ended_at = now(), reason = (ARRAY['expired', 'congested'])[n]"
        " FROM (SELECT id AS other, row_number() OVER (ORDER BY id) AS n FROM message) r WHERE id = other"
    )
    await desk.look_after(upkeep.SLOW)
    assert [m["status"] for m in await desk.messages()] == ["expired", "failed"]


async def test_receipts_end_messages_once_and_are_published(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(*(appointment(contact) for _ in range(3)))
    await drain(desk)
    ids = [m["id"] for m in await desk.messages()]
    at = datetime.now(UTC).isoformat()
    receipts = [
        {"reference": ids[0], "status": "delivered", "at": at},
        {"reference": ids[0], "status": "failed", "reason": "late", "at": at},
        {"reference": ids[1], "status": "failed", "reason": "number_not_in_service", "at": at},
        {"reference": str(new_id()), "status": "delivered", "at": at},
        {"reference": "not-ours", "status": "delivered", "at": at},
    ]
    assert await desk.report("/v1/delivery-receipts", receipts=receipts) == {"applied": 2, "ignored": 3}
    assert await desk.report("/v1/delivery-receipts", receipts=receipts) == {"applied": 0, "ignored": 5}
    assert [m["status"] for m in await desk.messages()] == ["delivered", "failed", "sent"]
    assert sorted((kind, d["message_id"], d.get("permanent")) for kind, d in await desk.published()) == [
        ("MessageDelivered", ids[0], None),
        ("MessageFailed", ids[1], True),
    ]


async def test_a_receipt_that_overtakes_the_reply_keeps_its_word(desk: Desk) -> None:
    await desk.hear(appointment(await desk.know()))

    async def answer() -> None:
        at = datetime.now(UTC).isoformat()
        receipt = {"reference": desk.aggregator.requests[-1][0], "status": "delivered", "at": at}
        assert await desk.report("/v1/delivery-receipts", receipts=[receipt]) == {"applied": 1, "ignored": 0}

    desk.aggregator.answer = answer
    await desk.sender.step()
    (message,) = await desk.messages()
    assert message["status"] == "delivered"
    assert message["text"] is not None


async def test_words_are_erased_after_their_time_and_the_rest_stays(desk: Desk) -> None:
    await desk.hear(appointment(await desk.know()))
    await drain(desk)
    await pass_time(desk, timedelta(days=desk.runtime.state.rules.retention_days + 1))
    await desk.look_after(upkeep.SLOW)
    (message,) = await desk.messages()
    assert (message["status"], message["text"], message["to"], message["parts"]) == ("sent", None, None, 2)
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM message WHERE content IS NOT NULL") == 0


async def test_the_queue_is_read_by_its_index(desk: Desk, issuer: TestIssuer) -> None:
    """Guards the plan: claiming must not slow down as sent messages pile up."""
    contact = await desk.know()
    await desk.hear(*(appointment(contact) for _ in range(500)))
    await desk.runtime.pool.execute(
        "INSERT INTO message (id, event_id, template, priority, status, ready, created_at, expires_at)"
        " SELECT gen_random_uuid(), gen_random_uuid(), 'help', 1, 'sent', true, now(), now()"
        " FROM generate_series(1, 20000)"
    )
    await execute_as_owner(desk.runtime.settings.database_url, "ANALYZE message")
    plan = "\n".join(
        row[0]
        for row in await desk.runtime.pool.fetch(
            "EXPLAIN SELECT id FROM message WHERE status = 'queued' AND ready AND priority = ANY('{0,1,2}'::smallint[])"
            " AND (not_before IS NULL OR not_before <= statement_timestamp())"
            " ORDER BY priority, id LIMIT 200 FOR UPDATE SKIP LOCKED"
        )
    )
    assert "message_queue" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "Sort" not in plan, plan


async def test_the_dead_are_told_nothing_any_more(desk: Desk) -> None:
    """What waits is cancelled, what comes is not queued, and a late word of the number revives nobody."""
    set_clock(desk, NOON)  # an hour at which whatever waits is sent
    contact, other = await desk.know(), await desk.know(mobile="01198765432")
    await desk.hear(blocked(contact), blocked(other))
    died = PersonDied(
        household_id=contact.household_id, citizen_id=contact.citizen_id, died_on=NOON.date(), was_head=True,
        effective_month="2026-05", change_id=new_id(),
    )  # fmt: skip
    await desk.hear(died)
    await desk.hear(contact, missed(contact), missed(other), died)
    rows = await desk.runtime.pool.fetch(
        "SELECT template, status, reason FROM message WHERE citizen_id = $1", contact.citizen_id
    )
    assert [tuple(row) for row in rows] == [("card_blocked", "cancelled", "deceased")]
    reached = await desk.runtime.pool.fetchval(
        "SELECT number_hash FROM contact WHERE citizen_id = $1", contact.citizen_id
    )
    assert reached is None, "who writes from that number is not known by it"
    await drain(desk)
    told = await desk.runtime.pool.fetchval(
        "SELECT count(*) FROM message WHERE citizen_id = $1 AND status = 'sent'", other.citizen_id
    )
    assert told == 2
