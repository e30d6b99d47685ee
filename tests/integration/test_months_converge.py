"""The register's events as its readers hear them: in any order, late or doubled, the months come out the same.

Events are those of the register itself: changes carried out on its database, taken from its outbox. Two copies of each
reader hear them, one as they happened, the other in an order that hypothesis chooses.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import hypothesis.strategies as st
import pytest
from hypothesis import Phase, given, settings

import card_service.main
import card_service.settings
import health_service.main
import health_service.settings
import supply_service.main
import supply_service.settings
from card_service.registry import memberships
from card_service.registry.changes.decided import Decided
from card_service.registry.months import entitlements, sizes_in
from card_service.registry.requests import details as requests
from card_service.registry.requests.carrying import carry_out
from chassis.clock import business_day
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.national_id import check_digit
from chassis.ration_card import RationCardMarks
from chassis.refusals import Refusal
from chassis.testing import MakeDatabase, TestIssuer, running, worked_off
from contracts.card import (
    CardActivated,
    CitizenRegistered,
    HouseholdChanged,
    HouseholdChangedByMonth,
    MemberJoined,
    MemberLeft,
    PersonDied,
    ProgrammeService,
)
from contracts.event import Event, registry
from health_service.consumers import reactions as health_reactions
from supply_service.consumers import reactions as supply_reactions
from supply_service.months import batch

NOWHERE = "127.0.0.1:1"
START = datetime(2026, 9, 3, 10, tzinfo=UTC)
HEARD_AT = datetime(2026, 12, 20, 10, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, 10, tzinfo=UTC)
MONTHS = [date(2026, month, 1) for month in range(8, 13)] + [date(2027, month, 1) for month in range(1, 4)]
PROGRAMMES = ("goods", "bread", "health")
TO_SUPPLY = (HouseholdChangedByMonth, PersonDied, CardActivated)
TO_HEALTH = (
    CitizenRegistered, HouseholdChanged, HouseholdChangedByMonth, MemberJoined, MemberLeft, PersonDied, CardActivated,
)  # fmt: skip
# What a reader comes to know of the households, whatever the order: by table. Pots are those of the month opened
# next: of months that are over by then each keeps what was known when it was opened (0037).
OF_SUPPLY = (
    "SELECT month, goods, bread FROM household_size WHERE household_id = $1 ORDER BY month",
    "SELECT programme, granted, remaining, members FROM pot WHERE household_id = $1 AND period = '2027-01-01'"
    " AND programme <> 'bread_points' ORDER BY 1",
    "SELECT issued_in, governorate, opened, sizes_revision, debt_goods FROM household WHERE household_id = $1",
)
OF_HEALTH = (
    "SELECT m.citizen_id, m.is_head, m.stays, m.uninsured, p.died_on FROM member m"
    " LEFT JOIN citizen p USING (citizen_id)"
    " WHERE m.household_id = $1 AND NOT isempty(coalesce(m.stays, '{(,)}')) ORDER BY 1",
    "SELECT governorate, status, legal_basis FROM household WHERE household_id = $1",
)


def key(fill: int) -> str:
    return base64.urlsafe_b64encode(bytes([fill]) * 32).rstrip(b"=").decode()


class Reader(NamedTuple):
    """A service that follows the register."""

    runtime: Any
    reactions: Any
    heeds: tuple[type[Event], ...]

    async def hear(self, events: Sequence[Event]) -> None:
        """As the consumer hands them over: a run of those that this reader heeds, one transaction each."""
        self.runtime.clock.move_to(HEARD_AT)
        for event in events:
            if isinstance(event, self.heeds):
                received = Received(event, new_id(), HEARD_AT, event.partition_key())
                async with self.runtime.sessions() as session, session.begin():
                    await self.reactions.handle([received], session, self.runtime)

    async def knows(self, statements: Sequence[str], household_id: UUID) -> list[list[tuple[Any, ...]]]:
        return [[tuple(row) for row in await self.runtime.pool.fetch(one, household_id)] for one in statements]


@dataclass
class Chain:
    """The register, and two copies of each service that follows it."""

    register: Any
    client: httpx.AsyncClient
    issuer: TestIssuer
    supply: list[Reader]
    health: list[Reader]
    shops: list[httpx.AsyncClient]
    serial: int = 0
    told: int = 0
    marks: RationCardMarks = field(default_factory=lambda: RationCardMarks.of(key(7)))

    def national_id(self, born: str) -> str:
        self.serial += 1
        body = f"{born}{1 + self.serial // 10_000 % 28:02d}03{self.serial % 10_000:04d}"
        return body + check_digit(body)

    async def household(self, members: int) -> UUID:
        """A household with a ration card, entered through the register's API."""
        self.register.clock.move_to(START)
        people = [
            {"role": role, "national_id": self.national_id("29001"), "full_name": "منى أحمد علي"}
            for role in ["head", *["other"] * (members - 1)]
        ]
        body = {"governorate": "03", "district": "03.02", "address": "", "members": people}
        body |= {"ration_card": f"99{self.serial:08d}"}
        headers = self.issuer.headers("ministry", "citizens:write")
        made = await self.client.post("/v1/households", json=body, headers=headers)
        assert made.status_code == 201, made.text
        return UUID(made.json()["household_id"])

    async def change(self, change: dict[str, Any], at: datetime) -> bool:
        """A change carried out in the register; False where it refuses."""
        self.register.clock.move_to(at)
        asked = requests._ADAPTER.validate_python(change)
        decided = Decided(asked.fact_on, at, "tests")
        try:
            async with self.register.sessions() as session, session.begin():
                await carry_out(session, self.register, asked, decided)
        except Refusal:
            return False
        return True

    async def events(self) -> list[Event]:
        """What the register has told since this was asked last, in its order."""
        rows = await self.register.pool.fetch(
            "SELECT id, type, payload FROM outbox WHERE id > $1 ORDER BY id", self.told
        )
        self.told = rows[-1]["id"] if rows else self.told
        return [registry()[row["type"]].model_validate_json(row["payload"]) for row in rows]

    async def people(self) -> list[Any]:
        """Who belongs where, in an order that does not hang on chance."""
        return list(
            await self.register.pool.fetch(
                "SELECT citizen_id, household_id, role FROM citizen WHERE household_id = ANY($1) ORDER BY citizen_id",
                self.homes,
            )
        )

    homes: list[UUID] = field(default_factory=list)


@pytest.fixture(scope="module")
async def chain(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Chain]:
    common: dict[str, Any] = {
        "jwks": issuer.jwks, "kafka_bootstrap": NOWHERE, "training_clock": True, "log_level": "CRITICAL",
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        app = card_service.main.create_app(
            card_service.settings.Settings(
                database_url=await make_database(card_service.MIGRATIONS),
                card_data_keys=f"k1:{key(1)}", contact_keys=f"k1:{key(6)}", card_lookup_key=key(2),
                card_pin_key=key(3), card_pin_transport_keys=f"p1:{key(4)}", card_signing_keys=f"s1:{key(5)}",
                ration_card_key=key(7), **common,
            )
        )  # fmt: skip
        client = await stack.enter_async_context(running(app))
        found = Chain(app.state.runtime, client, issuer, [], [], [])
        for _ in range(2):
            shop = supply_service.main.create_app(
                supply_service.settings.Settings(
                    database_url=await make_database(supply_service.MIGRATIONS), place_contact_keys=f"k1:{key(8)}",
                    ration_card_key=key(7), supply_signing_keys=f"k1:{key(9)}", opening_per_second=0, **common,
                )
            )  # fmt: skip
            found.shops.append(await stack.enter_async_context(running(shop)))
            found.supply.append(Reader(shop.state.runtime, supply_reactions, TO_SUPPLY))
            clinic = health_service.main.create_app(
                health_service.settings.Settings(
                    database_url=await make_database(health_service.MIGRATIONS), place_contact_keys=f"k1:{key(8)}",
                    health_data_keys=f"k1:{key(9)}", **common,
                )
            )  # fmt: skip
            await stack.enter_async_context(running(clinic))
            found.health.append(Reader(clinic.state.runtime, health_reactions, TO_HEALTH))
        yield found


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["joins", "dies", "leaves", "marries", "splits", "merges", "moves", "excluded", "included", "heads"]
        ),
        st.integers(0, 99),
        st.integers(0, 99),
        st.integers(0, 12),
        st.integers(0, 40),
    ),
    min_size=3,
    max_size=8,
)


async def happens(chain: Chain, steps: Sequence[tuple[str, int, int, int, int]]) -> None:
    """Changes of the register, day after day; what it refuses has not happened."""
    at = START
    for what, one, other, days, ago in steps:
        at += timedelta(days=days)
        people = await chain.people()
        if not people:
            return
        who, home = people[one % len(people)], chain.homes[other % len(chain.homes)]
        heir = next(
            (p for p in people if p["household_id"] == who["household_id"] and p["citizen_id"] != who["citizen_id"]),
            None,
        )
        fact = max(business_day(at) - timedelta(days=ago), START.date())
        change: dict[str, Any] = {"household_id": who["household_id"], "fact_on": fact}
        new_head = heir["citizen_id"] if heir is not None and who["role"] == "head" else None
        match what:
            case "joins":
                person = {"national_id": chain.national_id("32001"), "full_name": "كريم أحمد"}
                change |= {"kind": "admission", "person": person, "role": "other", "household_id": home}
            case "dies":
                change |= {"kind": "death", "citizen_id": who["citizen_id"], "new_head": new_head}
            case "leaves":
                change |= {
                    "kind": "removal", "citizen_id": who["citizen_id"], "reason": "travel", "new_head": new_head,
                }  # fmt: skip
            case "marries":
                change |= {
                    "kind": "marriage", "citizen_id": who["citizen_id"], "household_id": home, "new_head": new_head,
                }  # fmt: skip
            case "splits":
                change |= {"kind": "split", "roles": {who["citizen_id"]: "head"}, "new_head": new_head}
            case "merges":
                change |= {"kind": "merge", "into": home}
            case "moves":
                change |= {"kind": "move", "governorate": "04", "district": "04.02", "transfer": bool(ago % 2)}
            case "excluded" | "included":
                kind = "exclusion" if what == "excluded" else "inclusion"
                programmes = [PROGRAMMES[other % 3]]
                change |= {
                    "kind": kind, "citizen_ids": [who["citizen_id"]], "programmes": programmes, "ground": "income",
                }  # fmt: skip
            case "heads":
                change |= {"kind": "head_change", "new_head": who["citizen_id"], "former_role": "other"}
        if await chain.change(change, at) and what == "splits":
            founded = await chain.register.pool.fetchval(
                "SELECT household_id FROM citizen WHERE citizen_id = $1", who["citizen_id"]
            )
            chain.homes.append(founded)


def activation(household_id: UUID) -> CardActivated:
    return CardActivated(
        card_id=new_id(), citizen_id=new_id(), household_id=household_id, governorate="03", district="03.02",
        members=1, services=[ProgrammeService.SUPPLY, ProgrammeService.HEALTH], phase_id=None, activated_at=START,
    )  # fmt: skip


async def opened(reader: Reader) -> None:
    """January, opened for all households."""
    reader.runtime.clock.move_to(JANUARY)
    given = reader.runtime.state.settings
    given.opening_per_second = 1_000_000
    await worked_off(lambda: batch.run(reader.runtime), lambda pause: pause is not None)
    await reader.runtime.pool.execute("DELETE FROM month_opening")  # the next example's households are opened, too
    given.opening_per_second = 0


async def registered(chain: Chain) -> Any:
    """The register's own account of who counts when."""
    async with chain.register.sessions() as session:
        facts = await memberships.facts_of_households(session, chain.homes)
    return entitlements(facts.stays, facts.decisions)


# By a seed: how often chance is asked depends on how many events there are, which Hypothesis may not know of.
@given(sizes=st.lists(st.integers(1, 4), min_size=2, max_size=3), steps=STEPS, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
async def test_any_order_late_or_doubled_comes_to_the_same_months(
    chain: Chain, sizes: list[int], steps: list[tuple[str, int, int, int, int]], seed: int
) -> None:
    chance = Random(seed)
    chain.homes = [await chain.household(size) for size in sizes]
    await happens(chain, steps)
    events = [*(activation(home) for home in chain.homes), *await chain.events()]
    about = [*events, *(event for event in events if chance.random() < 0.3)]
    chance.shuffle(about)
    for readers in (chain.supply, chain.health):
        await readers[0].hear(events)
        await readers[1].hear(about)
    for reader in chain.supply:
        await opened(reader)
    for home in chain.homes:
        for readers, statements in ((chain.supply, OF_SUPPLY), (chain.health, OF_HEALTH)):
            straight, shuffled = [await one.knows(statements, home) for one in readers]
            assert straight == shuffled
    await nobody_counts_twice(chain)


async def nobody_counts_twice(chain: Chain) -> None:
    """A person's months of a programme are one at most, over all households; supply counts as many as the register."""
    spans = await registered(chain)
    for month in MONTHS:
        counted = Counter((span.citizen_id, span.programme) for span in spans if span.covers(month))
        assert max(counted.values(), default=0) <= 1
        for home in chain.homes:
            wanted = sizes_in(home, spans, month)
            rows = await chain.supply[1].runtime.pool.fetch(
                "SELECT goods, bread FROM household_size WHERE household_id = $1 AND month <= $2"
                " ORDER BY month DESC LIMIT 1",
                home,
                month,
            )
            assert tuple(rows[0] if rows else (0, 0)) == (wanted.goods, wanted.bread)
