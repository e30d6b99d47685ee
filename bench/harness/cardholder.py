"""One citizen with an active card, brought there by the ministry's own calls: import, plan, hand-over, activation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from bench.harness.stack import Stack
from contracts.clients import Owner
from devstack.demo.calendar import Calendar, at, first_saturday
from devstack.demo.people import Generator
from devstack.demo.places import PORT_SAID, pickup_sites
from devstack.demo.register_file import single_household
from devstack.people.clients import ClientOffice
from devstack.terminal.caller import Caller, ClientSecret, eventually
from devstack.terminal.provision import identifier
from devstack.terminal.wire import Wire

_MEMBERS = 4
_POLL_SECONDS = 0.1


def calendar() -> Calendar:
    """The week of the hand-over and the month of the sales: the next ones."""
    return Calendar.of(first_saturday(datetime.now(UTC).date()))


async def active_card(stack: Stack, wire: Wire) -> str:
    """The card's id, active for supply; card-service's and supply-service's time are at the eve of the month."""
    registry, cards = stack.client(wire, "registry"), stack.client(wire, "cards")
    operations = stack.client(wire, "operations")
    days = calendar()
    household = Generator(seed=1, lot=0, today=datetime.now(UTC).date()).household("BENCH-1", _MEMBERS)
    site = identifier(await cards.post("/v1/pickup-sites", pickup_sites()[0].request()), "site_id")
    file = single_household(household)
    answer = await registry.call("POST", "/v1/imports", file.body, content_type="text/csv")
    await _finished(registry, f"/v1/imports/{identifier(answer.json(), 'import_id')}")
    phase = {"name": "Measurement", "governorate": PORT_SAID, "sequence": 1, "services": ["supply", "payment"]}
    phases = f"/v1/rollout-phases/{identifier(await cards.post('/v1/rollout-phases', phase), 'phase_id')}"
    wanted = {"week_start": days.week_start.isoformat(), "limit": 1, "holders": "heads"}
    planned = await cards.post(f"{phases}/pickup-plans", wanted)
    await _finished(cards, f"/v1/pickup-plans/{identifier(planned, 'plan_id')}")
    card_id = await _hand_over(wire, stack.clients(wire), operations, str(site), household.head.national_id, days)
    await _set_clocks(operations, days.activation)
    job = await cards.post(f"{phases}/activations", {"holders": "heads", "services": ["supply", "payment"]})
    await _finished(cards, f"/v1/activations/{identifier(job, 'activation_id')}")
    await eventually(lambda: cards.get(f"/v1/entitlements/{card_id}"), within_s=30)
    return card_id


async def _hand_over(
    wire: Wire, clients: ClientOffice, operations: Caller, site: str, national_id: str, days: Calendar
) -> str:
    made = await clients.make(
        {
            "client_id": "bench-counter", "name": "Counter", "scopes": ["cards:handover"], "governorate": PORT_SAID,
            "site_id": site, "owner": Owner.MINISTRY,
        }
    )  # fmt: skip
    counter = Caller(wire, ClientSecret("bench-counter", made["client_secret"]))
    await _set_clocks(operations, at(days.week[-1], 8))
    (card,) = (await counter.post("/v1/cards/search", {"national_id": national_id}))["items"]
    card_id = str(identifier(card, "card_id"))
    await counter.post(f"/v1/cards/{card_id}/handover", {"national_id": national_id})
    return card_id


async def _set_clocks(operations: Caller, instant: datetime) -> None:
    for service in ("card", "supply"):
        await operations.put(f"/v1/training/clock/{service}", {"now": instant.isoformat()})


async def _finished(caller: Caller, path: str) -> dict[str, Any]:
    while True:
        state: dict[str, Any] = await caller.get(path)
        if state["status"] in {"done", "failed"}:
            if state["status"] == "failed":
                raise RuntimeError(f"{path}: {state}")
            return state
        await asyncio.sleep(_POLL_SECONDS)
