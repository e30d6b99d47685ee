"""A register of many kinds of households and cards, and what a list of it must show, worked out without SQL."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from card_service.cards.numbers import new_number
from card_service.sealing import CARD_NUMBER
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_walk import PORT_SAID, Call, signed_by

if TYPE_CHECKING:
    from .conftest import Office

READ: Final = "citizens:read"
PLACES: Final = (("03", "03.02"), ("03", "03.01"), ("19", "19.01"), ("19", "19.07"))
IN_HAND: Final = ("issued", "active", "blocked")
ENDED: Final = ("replaced", "closed", "expired")
NOBODY: Final = UUID(int=0)
WAITING: Final = ("requested", "approved", "in_production", "in_stock")
STATES: Final = (*WAITING, *IN_HAND, *ENDED[:2])
_INSERT: Final = """
    INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state,
        state_before_block, site_id, services, created_at, issued_at, activated_at, blocked_at, block_reason, closed_at,
        close_reason)
    SELECT $1, $2, $3, $4, $5, $6, s.state, CASE WHEN s.state = 'blocked' THEN 'issued' END, $8,
        CASE WHEN s.state = 'active' THEN ARRAY['supply'] ELSE '{}'::text[] END, s.at,
        CASE WHEN s.state IN ('issued', 'active', 'blocked') THEN s.at END, CASE WHEN s.state = 'active' THEN s.at END,
        CASE WHEN s.state = 'blocked' THEN s.at END, CASE WHEN s.state = 'blocked' THEN 'lost' END,
        CASE WHEN s.state IN ('replaced', 'closed') THEN s.at END,
        CASE WHEN s.state IN ('replaced', 'closed') THEN 'order' END
    FROM (VALUES ($7::text, $9::timestamptz)) s (state, at)
"""


@dataclass(frozen=True)
class Listed:
    """A household as a list has it, by the test's own reckoning."""

    household_id: str
    governorate: str
    district: str
    status: str
    members: int
    registered_at: datetime
    changed_at: datetime | None
    card_state: str | None
    site_id: str | None


async def fill(office: Office, households: int, seed: int) -> None:
    """Households of all sizes, places and days, with cards in all states, some with several."""
    chance = random.Random(seed)
    sites = [(await office.site(f"Of the list {seed} {n}"))["site_id"] for n in range(2)]
    for _ in range(households):
        governorate, district = chance.choice(PLACES)
        roles = ["child"] * chance.randrange(4)
        made, _ = await office.household(*roles, governorate=governorate, district=district)
        household, head = UUID(made["household_id"]), UUID(made["members"][0]["citizen_id"])
        back = timedelta(days=chance.randrange(400), microseconds=chance.randrange(10**6))
        await office.runtime.pool.execute(
            "UPDATE household SET registered_at = registered_at - $2::interval WHERE household_id = $1",
            household,
            back,
        )
        if roles and governorate == "03" and chance.random() < 0.3:  # whose clerk the tests have
            child = made["members"][1]["citizen_id"]
            await office.changed("removal", made["household_id"], citizen_id=child, reason="abroad")
        await _cards(office, chance, (household, head, governorate), sites)


async def _cards(office: Office, chance: random.Random, of: tuple[UUID, UUID, str], sites: list[str]) -> None:
    """Cards as the rules allow them: one in hand, one on its way, any number that have ended."""
    states = chance.choices(ENDED[:2], k=chance.randrange(3))
    states += chance.sample(IN_HAND, k=chance.randrange(2)) + chance.sample(WAITING, k=chance.randrange(2))
    chance.shuffle(states)
    vault, (household, head, governorate) = office.runtime.state.dependencies.vault, of
    for state in states:
        card_id, number = new_id(), new_number("9818")
        site = UUID(chance.choice(sites)) if state != "requested" else None
        sealed = vault.seal(card_id, number.encode(), CARD_NUMBER)
        at = datetime.now(UTC) - timedelta(days=chance.randrange(3))  # some were made at one moment
        await office.runtime.pool.execute(
            _INSERT, card_id, head, household, governorate, vault.fingerprint(number, CARD_NUMBER), sealed, state, site,
            at,
        )  # fmt: skip


async def known(office: Office) -> list[Listed]:
    """All of the register, each household with the card that its list must show."""
    cards: dict[UUID, list[Any]] = {}
    for row in await office.fetch("SELECT * FROM card"):
        cards.setdefault(row["citizen_id"], []).append(row)
    rows = await office.fetch("SELECT * FROM citizen WHERE role = 'head'")
    heads = {row["household_id"]: row["citizen_id"] for row in rows}
    changed: dict[UUID, datetime] = {}
    for row in await office.fetch("SELECT household_id, decided_at FROM register_change"):
        changed[row["household_id"]] = max(row["decided_at"], changed.get(row["household_id"], row["decided_at"]))
    found = []
    for one in await office.fetch("SELECT * FROM household"):
        card = max(cards.get(heads.get(one["household_id"], NOBODY), []), key=_rank, default=None)
        found.append(
            Listed(
                str(one["household_id"]), one["governorate"], one["district"], one["status"], one["members"],
                one["registered_at"], changed.get(one["household_id"]), card and card["state"],
                str(card["site_id"]) if card and card["site_id"] else None,
            )
        )  # fmt: skip
    return found


def _rank(card: Any) -> tuple[int, datetime, UUID]:
    stage = 2 if card["state"] in IN_HAND else 0 if card["state"] in ENDED else 1
    return stage, card["created_at"], card["card_id"]


def asked_at_random(chance: random.Random, sites: list[str]) -> dict[str, str]:
    """Some conditions."""
    today = datetime.now(UTC).date()
    choices: dict[str, Callable[[], str]] = {
        "governorate": lambda: chance.choice(["03", "19"]),
        "district": lambda: chance.choice(PLACES)[1],
        "status": lambda: chance.choice(["active", "ended"]),
        "card_state": lambda: chance.choice([*STATES, "none"]),
        "site_id": lambda: chance.choice(sites),
        "size_from": lambda: str(chance.randrange(1, 4)),
        "size_to": lambda: str(chance.randrange(1, 5)),
        "registered_from": lambda: str(today - timedelta(days=chance.randrange(400))),
        "registered_to": lambda: str(today - timedelta(days=chance.randrange(300))),
        "changed_from": lambda: str(today - timedelta(days=chance.randrange(-1, 3))),
    }
    return {name: choices[name]() for name in chance.sample(sorted(choices), k=chance.choice([0, 1, 1, 1, 2, 2, 3]))}


def fits(one: Listed, asked: dict[str, str]) -> bool:
    """Whether a household fulfils all conditions."""

    def on(at: datetime) -> date:
        return business_day(at)

    checks: dict[str, Callable[[str], bool]] = {
        "governorate": lambda v: one.governorate == v,
        "district": lambda v: one.district == v,
        "status": lambda v: one.status == v,
        "card_state": lambda v: (one.card_state or "none") == v,
        "site_id": lambda v: one.site_id == v,
        "size_from": lambda v: one.members >= int(v),
        "size_to": lambda v: one.members <= int(v),
        "registered_from": lambda v: on(one.registered_at) >= date.fromisoformat(v),
        "registered_to": lambda v: on(one.registered_at) <= date.fromisoformat(v),
        "changed_from": lambda v: one.changed_at is not None and on(one.changed_at) >= date.fromisoformat(v),
    }
    return all(checks[name](value) for name, value in asked.items())


def in_order(found: list[Listed], sort: str) -> list[str]:
    """Their ids in an order; equal ones by their ids."""
    by = {"registered": "registered_at", "members": "members", "district": "district"}[sort.removeprefix("-")]
    ordered = sorted(found, key=lambda one: (getattr(one, by), UUID(one.household_id)), reverse=sort.startswith("-"))
    return [one.household_id for one in ordered]


ORDER: Final[dict[str, Any]] = {"json": {"asked": {}, "format": "csv", "purpose": "the walk"}}


async def exports(office: Office) -> dict[str, Call]:
    """A file of the register, ordered by whom the walk calls."""
    headers = await signed_by(office.issuer)(READ, **PORT_SAID)
    made = (await office.client.post("/v1/register-exports", headers=headers, **ORDER)).json()["export_id"]
    path = f"/v1/register-exports/{made}"

    async def done() -> bool:
        told = (await office.client.get(path, headers=headers)).json()
        return bool(told["status"] == "done")

    await eventually(done, seconds=60)
    return {
        "GET /v1/register-exports": Call("/v1/register-exports", READ, refused=200, mark=made),
        "GET /v1/register-exports/{export_id}": Call(path, READ),
        "GET /v1/register-exports/{export_id}/parts/{number}": Call(f"{path}/parts/1", READ),
    }
