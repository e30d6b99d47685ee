"""Calls about cards in holders' hands, for the walk that asks whose they are: lost ones, and mandates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from approvals.testing import as_person, decide
from card_service.sealing import CARD_NUMBER
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call

if TYPE_CHECKING:
    from .conftest import Office

REPORT = {"channel": "counter", "identified_by": "passport"}
DAY = business_day(datetime.now(UTC))


async def mandates(office: Office) -> dict[str, Call]:
    """A card whose holder names a proxy, and a mandate that is given."""
    (card, _, _), (proxy, _, _) = [await office.active() for _ in range(2)]
    body = {
        "proxy_card_id": proxy, "begins_on": DAY.isoformat(), "ends_on": DAY.isoformat(),
        "document": "a walk",
    }  # fmt: skip
    path = f"/v1/cards/{card}/mandates"
    made = await office.call("POST", path, "cards:handover", json=body)
    await decide(office.client, office.issuer, "card", made["proposal_id"], "requests:approve")
    (given,) = (await office.call("GET", path, "cards:handover"))["items"]
    other = {"json": body | {"document": "another"}}
    return {
        "GET /v1/cards/{card_id}/mandates": Call(path, "cards:report", mark=given["mandate_id"]),
        "POST /v1/cards/{card_id}/mandates": Call(path, "cards:handover", body=other),
        "POST /v1/mandates/{mandate_id}/withdrawal": Call(
            f"/v1/mandates/{given['mandate_id']}/withdrawal", "cards:report"
        ),
    }


async def losses(office: Office) -> dict[str, Call]:
    """A card that is not lost yet, one that is, and one that is found."""
    (whole, _, _), (lost, _, _), (again, _, _) = [await office.active() for _ in range(3)]
    for card in (lost, again):
        await office.call("POST", f"/v1/cards/{card}/loss", "cards:handover", json=REPORT)
    seen, report = {"json": {"document": "passport"}}, {"json": REPORT}
    return {
        "POST /v1/cards/{card_id}/loss": Call(f"/v1/cards/{whole}/loss", "cards:report", body=report),
        "POST /v1/cards/{card_id}/bread-codes": Call(f"/v1/cards/{lost}/bread-codes", "cards:report"),
        "POST /v1/cards/{card_id}/shown-bread-codes": Call(
            f"/v1/cards/{lost}/shown-bread-codes", "cards:handover", body=seen
        ),
        "POST /v1/cards/{card_id}/found-codes": Call(f"/v1/cards/{lost}/found-codes", "cards:report"),
        "POST /v1/cards/{card_id}/found": Call(f"/v1/cards/{again}/found", "cards:handover", body=seen),
    }


async def house_calls(office: Office) -> dict[str, Call]:
    """Cards that wait at a site: one nobody visits yet, and others that are to be brought home."""
    await office.site(f"Visited {office.serial}", district="03.04")
    heads = [(await office.household(district="03.04"))[1][0] for _ in range(4)]
    await office.planned(await office.phase())
    asked, *visited = [(await office.find(head))[0]["card_id"] for head in heads]
    body: dict[str, Any] = {"json": {"reason": "disability"}}
    calls = [await office.call("POST", f"/v1/cards/{card}/house-calls", "cards:handover", **body) for card in visited]
    listed, missed, withdrawn = [one["call_id"] for one in calls]
    await office.fetch("UPDATE house_call SET day = $1 WHERE call_id = $2::text::uuid", DAY, missed)
    return {
        "POST /v1/cards/{card_id}/house-calls": Call(f"/v1/cards/{asked}/house-calls", "cards:report", body=body),
        "GET /v1/house-calls": Call(
            f"/v1/house-calls?day={calls[0]['day']}", "cards:handover", refused=200, mark=listed
        ),
        "POST /v1/house-calls/{call_id}/miss": Call(f"/v1/house-calls/{missed}/miss", "cards:handover"),
        "POST /v1/house-calls/{call_id}/withdrawal": Call(f"/v1/house-calls/{withdrawn}/withdrawal", "cards:report"),
    }


async def appointments(office: Office) -> dict[str, Call]:
    """Cards that wait: their holders want another hour, none, or stand at the counter; one nobody wants."""
    await office.site(f"Changed {office.serial}", district="03.12")
    heads = [(await office.household(district="03.12"))[1][0] for _ in range(4)]
    await office.planned(await office.phase())
    found = [(await office.find(head))[0] for head in heads]
    changed, cancelled, walking, left = [card["card_id"] for card in found]
    where = found[2]["site"]["site_id"]
    hours = await office.call("GET", f"/v1/cards/{changed}/free-hours", "cards:handover")
    hour = {name: hours["items"][-1][name] for name in ("site_id", "starts_at")}
    await office.fetch(
        "INSERT INTO pickup_slot (site_id, starts_at, capacity, offered, taken)"
        " VALUES ($1::text::uuid, date_trunc('hour', now()), 10, 10, 0) ON CONFLICT (site_id, starts_at)"
        " DO UPDATE SET capacity = 10, offered = 10, taken = 0",
        where,
    )
    await office.fetch("UPDATE appointment SET state = 'cancelled' WHERE card_id = $1::text::uuid", left)
    await office.fetch("UPDATE card SET created_at = now() - interval '90 days' WHERE card_id = $1::text::uuid", left)
    here = PORT_SAID | {"site_id": where}
    uncollected = f"/v1/pickup-sites/{found[3]['site']['site_id']}/uncollected"
    own, other = PORT_SAID | {"site_id": found[3]["site"]["site_id"]}, PORT_SAID | {"site_id": str(new_id())}
    return {
        "GET /v1/cards/{card_id}/free-hours": Call(f"/v1/cards/{changed}/free-hours", "cards:report"),
        "PUT /v1/cards/{card_id}/appointment": Call(
            f"/v1/cards/{changed}/appointment", "cards:handover", body={"json": hour}
        ),
        "POST /v1/cards/{card_id}/appointment/cancellation": Call(
            f"/v1/cards/{cancelled}/appointment/cancellation", "cards:report"
        ),
        "POST /v1/cards/{card_id}/walk-ins": Call(
            f"/v1/cards/{walking}/walk-ins", "cards:handover", here, ISMAILIA | {"site_id": where}
        ),
        "GET /v1/pickup-sites/{site_id}/uncollected": Call(uncollected, "cards:handover", own, other),
        "POST /v1/pickup-sites/{site_id}/uncollected": Call(
            uncollected, "cards:handover", own, other, body={"json": {"card_ids": [left]}}
        ),
    }


async def findings(office: Office) -> dict[str, Call]:
    """A card that an inspector of its governorate has found."""
    card, _, _ = await office.active()
    sealed = await office.fetch("SELECT number_sealed FROM card WHERE card_id = $1", UUID(card))
    number = office.runtime.state.dependencies.vault.open(UUID(card), sealed[0][0], CARD_NUMBER).decode()
    body = {"card_number": number, "found_on": "2026-01-05", "place": "Port Said", "report": "inspection:2026/1"}
    mine, stranger = as_person(governorate=PORT_SAID["governorate"]), as_person(governorate=ISMAILIA["governorate"])
    path = "/v1/card-findings"
    return {f"POST {path}": Call(path, "cards:inspect", mine, stranger, body={"json": body})}
