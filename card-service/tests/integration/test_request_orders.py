"""Whatever is asked for, decided, withdrawn, appealed and repeated in whichever order: the register stays sound.

No household goes on without its one head, nobody belongs to two, and nobody counts twice in a month for a programme.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from card_service.registry import memberships
from card_service.registry.months import entitlements, next_month
from chassis.ids import new_id

from ..change_requests import ARCHIVE, BASE, Counter

if TYPE_CHECKING:
    from ..conftest import Office

ENTERED = (
    "removal", "death", "marriage", "founding", "divorce", "divorce_into", "split", "merge", "head_change",
    "household_end", "admission", "exclusion",
)  # fmt: skip
DONE_WITH = ("approve", "refuse", "withdraw", "appeal", "grant", "dismiss", "again", "days")
STEP = st.tuples(st.sampled_from(ENTERED + DONE_WITH * 2), *[st.integers(0, 11)] * 3)


@pytest.fixture(autouse=True)
def present(office: Office) -> Any:
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]


@dataclass
class Town:
    """Three households, and all that was asked for about them."""

    counter: Counter
    homes: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    last: Callable[[], Awaitable[None]] | None = None
    refusals: set[str] = field(default_factory=set)
    carried_out: int = 0

    async def settle(self) -> None:
        for _ in range(3):
            home, people, bodies = await self.counter.home("spouse", "other", "other")
            self.homes.append(home)
            self.people += people
            self.bodies += bodies

    async def send(self, path: str, who: UUID, scope: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The reply; None where it was refused, which is as good."""
        office = self.counter.office
        key = str(new_id())

        async def once() -> Any:
            claims = {"authority": "ministry", "governorate": "03"}
            headers = office.issuer.person(scope, person_id=who, **claims) | {"Idempotency-Key": key}
            return await office.client.post(path, json=body, headers=headers)

        async def again() -> None:
            second = await once()
            assert second.is_success or not reply.is_success, "what was done is answered as the first time"

        reply, self.last = await once(), again
        assert reply.status_code < 500, reply.text
        found: dict[str, Any] = reply.json()
        if not reply.is_success:
            self.refusals.add(found["code"])
            return None
        self.carried_out += found.get("state") == "done"
        return found

    async def step(self, verb: str, i: int, j: int, k: int) -> None:
        if verb == "days":
            clock = self.counter.office.runtime.clock
            clock.move_to(clock.now() + timedelta(days=3 * i))  # type: ignore[attr-defined]
        elif verb == "again":
            if self.last is not None:
                await self.last()
        elif verb in ENTERED:
            await self.enter(verb, i, j, k)
        elif self.requests:
            await self.decide(verb, self.requests[-1 - i % len(self.requests)])

    async def enter(self, verb: str, i: int, j: int, k: int) -> None:
        one, other = self.people[j], self.people[k]
        home, into = await self.home_of(other if verb == "founding" else one, i), self.homes[(i + k) % len(self.homes)]
        heir = self.people[i]
        asked: dict[str, dict[str, Any]] = {
            "removal": {"citizen_id": one, "reason": "abroad", "new_head": other},
            "death": {"citizen_id": one, "new_head": None if i % 2 else other},
            "marriage": {"citizen_id": one, "new_head": other},
            "founding": {"citizen_id": one, "founder": other, "new_head": heir, "head_after": heir},
            "divorce": {"citizen_id": one, "children": [other] if i % 2 and other != one else [], "new_head": heir},
            "divorce_into": {"citizen_id": one, "into": into, "new_head": other},
            "split": {"roles": {other: "spouse"} | {one: "head"}, "new_head": heir},
            "merge": {"into": into},
            "head_change": {"new_head": one, "former_role": "other"},
            "household_end": {"reason": "emigrated"},
            "admission": {"role": "other", "person": {n: v for n, v in self.bodies[j].items() if n != "role"}},
            "exclusion": {"citizen_ids": [one], "programmes": ["bread", "goods"], "ground": "income"},
        }
        kind = {"founding": "marriage", "divorce_into": "divorce"}.get(verb, verb)
        day = self.counter.today - timedelta(days=i % 4 if verb == "death" else 0)
        change = {"kind": kind, "household_id": home, "fact_on": day.isoformat()} | asked[verb]
        body = {"change": change, "archive_references": ARCHIVE}
        made = await self.send(BASE, self.counter.clerk, "requests:write", body)
        if made is not None:
            self.requests.append(made["request_id"])

    async def home_of(self, citizen: str, i: int) -> str:
        """Mostly the household of a citizen, now and then any."""
        any_home = self.homes[i % len(self.homes)]
        if i % 3 == 0:
            return any_home
        ((home,),) = await self.counter.office.fetch(
            "SELECT household_id FROM citizen WHERE citizen_id = $1::text::uuid", citizen
        )
        return str(home) if home else any_home

    async def decide(self, verb: str, request: str) -> None:
        seen, path = await self.counter.read({"request_id": request}), f"{BASE}/{request}"
        if verb == "withdraw":
            await self.send(f"{path}/withdrawal", self.counter.clerk, "requests:write", {"note": "not so"})
        elif verb == "appeal":
            await self.send(f"{path}/appeal", self.counter.clerk, "requests:write", {"grounds": "it is not so"})
        elif verb in {"grant", "dismiss"}:
            body = {"decision": "grant" if verb == "grant" else "refuse", "digest": seen["appeal_digest"] or "0" * 64}
            body |= {} if verb == "grant" else {"reason_code": "other"}
            await self.send(f"{path}/appeal/decision", self.counter.judge, "requests:approve", body)
        else:
            body = {"decision": verb, "digest": seen["digest"] or "0" * 64}
            body |= {} if verb == "approve" else {"reason_code": "other"}
            done = await self.send(f"{path}/decision", self.counter.approver, "requests:approve", body)
            if done is not None and done["founded"]:
                self.homes.append(done["founded"])

    async def sound(self) -> None:
        """What holds after every step."""
        office = self.counter.office
        homes = await office.fetch(
            "SELECT h.household_id, h.status, h.members, count(c.*) AS n,"
            " count(*) FILTER (WHERE c.role = 'head') AS heads"
            " FROM household h LEFT JOIN citizen c USING (household_id)"
            " WHERE h.household_id = ANY($1::text[]::uuid[]) GROUP BY h.household_id",
            self.homes,
        )
        for row in homes:
            assert row["n"] == row["members"]
            assert (row["heads"], row["n"] > 0) == ((1, True) if row["status"] == "active" else (0, False)), row
        astray = await office.fetch(
            "SELECT c.citizen_id FROM citizen c"
            " LEFT JOIN membership m ON m.citizen_id = c.citizen_id AND m.until IS NULL"
            " WHERE c.citizen_id = ANY($1::text[]::uuid[]) GROUP BY c.citizen_id, c.household_id"
            " HAVING count(m.*) > 1 OR max(m.household_id::text) IS DISTINCT FROM c.household_id::text",
            self.people,
        )
        assert astray == [], "each belongs where the newest membership says, and to one household"
        await self.counted_once()

    async def counted_once(self) -> None:
        async with self.counter.office.runtime.sessions() as session:
            facts = await memberships.facts_of_citizens(session, [UUID(one) for one in self.people])
        spans = defaultdict(list)
        for span in entitlements(facts.stays, facts.decisions):
            spans[span.citizen_id, span.programme].append(span)
        for (citizen, programme), found in spans.items():
            found.sort(key=lambda span: span.first_month)
            for before, after in pairwise(found):
                assert before.last_month is not None, (citizen, programme)
                assert next_month(before.last_month) <= after.first_month, (citizen, programme)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(steps=st.lists(STEP, min_size=6, max_size=16))
async def test_any_order_of_requests_and_decisions_leaves_the_register_sound(
    office: Office, steps: list[tuple[str, int, int, int]]
) -> None:
    town = Town(Counter(office))
    await town.settle()
    for step in steps:
        await town.step(*step)
        await town.sound()


async def test_the_orders_that_are_tried_change_the_register(office: Office) -> None:
    """The property is not held by refusing all: what is asked for of the right household and decided is carried out."""
    town = Town(Counter(office))
    await town.settle()
    steps = [
        ("split", 0, 1, 2), ("approve", 0, 0, 0), ("founding", 1, 3, 5), ("approve", 0, 0, 0), ("again", 0, 0, 0),
        ("days", 11, 0, 0), ("death", 2, 8, 9), ("approve", 0, 0, 0), ("exclusion", 2, 10, 0), ("approve", 0, 0, 0),
        ("appeal", 0, 0, 0), ("grant", 0, 0, 0), ("merge", 1, 4, 11), ("approve", 0, 0, 0),
    ]  # fmt: skip
    for step in steps:
        await town.step(*step)
        await town.sound()
    assert (town.carried_out, town.refusals) == (5, set())
