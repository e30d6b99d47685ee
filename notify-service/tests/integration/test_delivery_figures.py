"""Figures of messages: by provider, network and governorate, in parts and money; what is asked; complaints by draws."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.clock import business_day
from chassis.ids import new_id
from contracts.rations import TerminalsDay
from contracts.summaries import OutletDaySummarised
from notify_service.channels.networks import prefix_of

from .test_sending import blocked, drain

if TYPE_CHECKING:
    from ..conftest import Desk

TODAY = business_day(datetime.now(UTC))
DAYS = f"begins={TODAY - timedelta(days=1)}&ends={TODAY + timedelta(days=1)}"


async def read(desk: Desk, path: str, **claims: Any) -> dict[str, Any]:
    headers = desk.issuer.headers("office", "messages:read", **claims)
    reply = await desk.client.get(f"{path}?{DAYS}", headers=headers)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def sent(desk: Desk, *people: tuple[str, str]) -> list[str]:
    """A message to each (number, governorate), handed over; their ids."""
    contacts = [await desk.know(mobile, governorate=governorate) for mobile, governorate in people]
    await desk.hear(*(blocked(contact) for contact in contacts))
    await drain(desk)
    by_citizen = {message["citizen_id"]: message["id"] for message in await desk.messages()}
    return [by_citizen[str(contact.citizen_id)] for contact in contacts]


async def receipt(desk: Desk, message: str, status: str, seconds: int = 0, reason: str | None = None) -> None:
    at = await desk.runtime.pool.fetchval("SELECT sent_at FROM message WHERE id = $1", message)
    told = {"reference": message, "status": status, "at": (at + timedelta(seconds=seconds)).isoformat()}
    await desk.report("/v1/delivery-receipts", receipts=[told | ({"reason": reason} if reason else {})])


@pytest.mark.parametrize(
    ("number", "prefix"), [("+201012345678", "010"), ("+201512345678", "015"), ("+201312345678", "other")]
)
def test_a_number_has_the_network_of_its_prefix(number: str, prefix: str) -> None:
    assert prefix_of(number) == prefix


async def test_messages_are_counted_by_provider_network_and_governorate(desk: Desk) -> None:
    first, second, third, _ = await sent(
        desk, ("+201000000001", "03"), ("+201000000002", "03"), ("+201200000003", "03"), ("+201200000004", "19")
    )
    await receipt(desk, first, "delivered", 10)
    await receipt(desk, second, "delivered", 30)
    await receipt(desk, third, "failed", 5, "unknown_subscriber")
    items = (await read(desk, "/v1/message-figures"))["items"]
    by_cell = {(one["provider"], one["network"], one["governorate"]): one for one in items}
    assert by_cell.keys() == {("aggregator", "010", "03"), ("aggregator", "012", "03"), ("aggregator", "012", "19")}
    whole = by_cell["aggregator", "010", "03"]
    assert (whole["messages"], whole["delivered"], whole["delivered_percent"]) == (2, 2, 100.0)
    assert (whole["median_seconds"], whole["p95_seconds"], whole["network_name"]) == (20.0, 29.0, "Vodafone")
    assert by_cell["aggregator", "012", "03"]["failed"] == 1
    assert by_cell["aggregator", "012", "03"]["median_seconds"] is None
    assert by_cell["aggregator", "012", "19"]["unknown"] == 1
    price = desk.runtime.state.rules.campaigns.part_cost
    assert all(one["cost"] == int(one["parts"] * price) and one["parts"] for one in items)
    assert await receipts_measured(desk) >= 3
    own = (await read(desk, "/v1/message-figures", governorate="19"))["items"]
    assert [one["governorate"] for one in own] == ["19"]


async def receipts_measured(desk: Desk) -> float:
    lines = (await desk.client.get("/metrics")).text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("unicard_sms_ended_total{"))


async def test_the_same_as_csv(desk: Desk) -> None:
    await sent(desk, ("+201000000001", "03"), ("+201100000002", "03"))
    headers = desk.issuer.headers("office", "messages:read") | {"Accept": "text/csv"}
    reply = await desk.client.get(f"/v1/message-figures?{DAYS}", headers=headers)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(reply.content.decode("utf-8-sig").splitlines()))
    items = (await read(desk, "/v1/message-figures"))["items"]
    assert [row["network"] for row in rows] == ["010", "011"]
    assert [{name: str(value) if value is not None else "" for name, value in item.items()} for item in items] == rows


async def test_days_are_bounded(desk: Desk) -> None:
    headers = desk.issuer.headers("office", "messages:read")
    for begins, ends in ((TODAY, TODAY - timedelta(days=1)), (TODAY - timedelta(days=92), TODAY)):
        for path in ("/v1/message-figures", "/v1/inquiry-figures"):
            reply = await desk.client.get(f"{path}?begins={begins}&ends={ends}", headers=headers)
            assert reply.status_code in {400, 422}, reply.text


def outlet_day(governorate: str, day: date, *sales: int) -> OutletDaySummarised:
    terminals = [
        TerminalsDay(model=f"M{n}", terminals=1, ready=1, sales=one, refused={}) for n, one in enumerate(sales)
    ]
    return OutletDaySummarised(
        outlet_id=new_id(), business_day=day, kind="bakery", governorate=governorate, district=f"{governorate}.02",
        suspended=False, terminals=terminals,
    )  # fmt: skip


async def test_what_is_asked_and_complaints_per_thousand_draws(desk: Desk) -> None:
    contact = await desk.know("+201012345678", governorate="03")
    entered = {"citizen_id": str(contact.citizen_id), "category": "card", "text": "تأخر الكارت", "channel": "desk"}
    headers = desk.issuer.headers("desk", "complaints:enter") | {"Idempotency-Key": str(new_id())}
    assert (await desk.client.post("/v1/complaints", json=entered, headers=headers)).status_code == 201
    await desk.hear(outlet_day("03", TODAY, 300, 100), outlet_day("03", TODAY, 100), outlet_day("19", TODAY, 0))
    await desk.hear(outlet_day("19", TODAY, 50), outlet_day("19", TODAY - timedelta(days=9), 70))
    now = desk.runtime.clock.now().isoformat()
    said = [("رصيد", "a"), ("رصيد", "b"), ("كارتي", "c")]
    texts = [{"provider_id": i, "from": "+201012345678", "text": text, "received_at": now} for text, i in said]
    await desk.report("/v1/inbound-messages", messages=texts)
    found = await read(desk, "/v1/inquiry-figures")
    assert found["questions"] == [{"topic": "balance", "messages": 2}, {"topic": "card", "messages": 1}]
    assert found["complaints"] == [
        {"governorate": "03", "complaints": 1, "draws": 500, "per_thousand": 2.0},
        {"governorate": "19", "complaints": 0, "draws": 50, "per_thousand": 0.0},
    ]
    own = await read(desk, "/v1/inquiry-figures", governorate="19")
    assert [one["governorate"] for one in own["complaints"]] == ["19"]
