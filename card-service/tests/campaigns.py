"""A governorate's campaign as its people live it: invited week by week; most come, some do not, a few come early.

Who comes follows from a person's place in the register, so that what a campaign comes to can be said beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.weeks import week_begins, week_of
from chassis.clock import CAIRO, business_day, day_begins
from chassis.testing import eventually

from .sites import drafted

if TYPE_CHECKING:
    import asyncpg

    from .conftest import Office

KINDS = ("post_office", "post_office", "supply_centre", "health_office", "governorate_office")
MOST_APPOINTMENTS = 2  # policy pickup.appointments_per_card
_DUE = (
    "SELECT a.card_id, a.site_id, a.starts_at, a.number, c.citizen_id,"
    " (SELECT count(*) FROM appointment m WHERE m.card_id = a.card_id AND m.state = 'missed') AS missed"
    " FROM appointment a JOIN card c USING (card_id) WHERE a.state = 'scheduled' AND c.governorate = $1"
    " AND a.starts_at >= $2 AND a.starts_at < $3 ORDER BY a.starts_at, a.appointment_id"
)
_OPEN_BEFORE = "SELECT count(*) FROM appointment WHERE state = 'scheduled' AND ends_at <= $1"
# Each of them must find nothing, whenever it is asked.
_FAULTS = {
    "cards with two open appointments": (
        "SELECT count(*) FROM (SELECT FROM appointment WHERE state = 'scheduled'"
        " GROUP BY card_id HAVING count(*) > 1) t"
    ),
    "citizens with two cards": "SELECT count(*) FROM (SELECT FROM card GROUP BY citizen_id HAVING count(*) > 1) t",
    "invited again without having missed": (
        "SELECT count(*) FROM appointment a WHERE a.number > 1"
        " AND NOT EXISTS (SELECT FROM appointment b WHERE b.card_id = a.card_id AND b.number = a.number - 1"
        "  AND b.state = 'missed')"
        " AND NOT EXISTS (SELECT FROM appointment_change w WHERE w.card_id = a.card_id AND w.kind = 'walk_in'"
        "  AND w.to_starts_at = a.starts_at)"
    ),
    "invited after the card was collected": (
        "SELECT count(*) FROM appointment a JOIN card c USING (card_id)"
        " WHERE a.state = 'scheduled' AND c.issued_at IS NOT NULL"
    ),
    "missed more often than invited": (
        "SELECT count(*) FROM (SELECT FROM appointment WHERE state = 'missed'"
        f" GROUP BY card_id HAVING count(*) > {MOST_APPOINTMENTS}) t"
    ),
    "slots over what they offer": (
        "SELECT count(*) FROM pickup_slot WHERE taken > capacity OR taken > coalesce(offered, capacity)"
    ),
    "slots with more or fewer than are expected": (
        "SELECT count(*) FROM (SELECT FROM pickup_slot s LEFT JOIN appointment a ON a.site_id = s.site_id"
        " AND a.starts_at = s.starts_at AND a.state <> 'cancelled'"
        " GROUP BY s.site_id, s.starts_at, s.taken HAVING s.taken <> count(a.appointment_id)) t"
    ),
}


def at(office: Office, instant: datetime | None) -> None:
    """Move business time."""
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # a training system has a clock to move


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the clock on the wall."""
    return datetime.combine(day, time(hour, minute), CAIRO)


async def faults(office: Office) -> dict[str, int]:
    """What a campaign must never do, by what was found of it."""
    counted = {name: (await office.fetch(statement))[0][0] for name, statement in _FAULTS.items()}
    return {name: found for name, found in counted.items() if found}


@dataclass
class Person:
    """Somebody who is invited: misses so many appointments, or comes before the day."""

    national_id: str
    misses: int = 0
    early: bool = False


@dataclass
class Campaign:
    """The campaign of a governorate: two adults a household, as many people as are registered."""

    office: Office
    governorate: str
    districts: Sequence[str]
    phase_id: str = ""
    people: dict[UUID, Person] = field(default_factory=dict)
    plans: list[dict[str, Any]] = field(default_factory=list)
    collected: list[datetime] = field(default_factory=list)
    walked_in: int = 0
    sent_away: int = 0

    @property
    def path(self) -> str:
        """Where its phase is."""
        return f"/v1/rollout-phases/{self.phase_id}"

    @property
    def given_up(self) -> int:
        """How many will have missed every appointment they get."""
        return sum(person.misses >= MOST_APPOINTMENTS for person in self.people.values())

    @property
    def missed(self) -> int:
        """How many appointments will have been missed."""
        return sum(min(person.misses, MOST_APPOINTMENTS) for person in self.people.values())

    async def enter(self, households: int, kinds: Sequence[str] = KINDS) -> None:
        """Enter the sites, the phase, and a file of households."""
        for number, kind in enumerate(kinds):
            district = self.districts[number % len(self.districts)]
            # a place for a household of two in each hour, and one beside them; few hours, so that a week takes days
            await self.office.site(
                f"{self.governorate} {number}",
                kind=kind,
                governorate=self.governorate,
                district=district,
                hourly_capacity=3,
                opens="09:00",
                closes="11:00",
            )
        self.phase_id = await self.office.phase(governorate=self.governorate)
        await self._register(households)

    async def _register(self, households: int) -> None:
        numbers, rows = [], []
        for household in range(households):
            place = {"governorate": self.governorate, "district": self.districts[household % len(self.districts)]}
            for role in ("head", "spouse"):
                person = self.office.person(role)
                numbers.append(person["national_id"])
                cells = {name: value for name, value in person.items() if name != "role"}
                rows.append(self.office.row(f"H{household}", role, **cells, **place))
        job, refused = await self.office.imported(*rows)
        assert (job["accepted"], refused) == (len(rows), {})
        lookup = {"national_ids": numbers}
        found = await self.office.call("POST", "/v1/citizens/lookup", "citizens:read", json=lookup)
        for one in found["items"]:
            n = one["position"]
            misses = 2 if n % 24 == 3 else int(n % 8 == 3)
            self.people[UUID(one["citizen_id"])] = Person(numbers[n], misses, early=n % 4 == 2)
        assert len(self.people) == len(rows)

    async def invite(self, begins: date) -> dict[str, Any]:
        """Draft the plan of a week, look at it, start it; the plan once it is done."""
        draft = await drafted(self.office, self.phase_id, week_start=f"{begins}")
        await self.office.call("POST", f"/v1/pickup-plans/{draft['id']}/start", "rollout:write", subject="planner")
        plan = await self.office.finished(f"/v1/pickup-plans/{draft['id']}", "rollout:read")
        assert plan["status"] == "done"
        assert plan["scheduled"] == plan["drafted"] == draft["scheduled"]
        self.plans.append(plan)
        return plan

    async def live(self, day: date) -> None:
        """A day at the sites: those come who come, and who missed it is marked when the day is over."""
        for due in await self._due(day, day):
            at(self.office, due["starts_at"] + timedelta(minutes=5))
            if due["missed"] >= self.people[due["citizen_id"]].misses:
                await self._hand_over(due)
        for due in await self._due(day + timedelta(days=1), day + timedelta(days=4)):
            if self.people[due["citizen_id"]].early:
                at(self.office, instant(day, 10, 30))
                await self._walk_in(due)
        over = day + timedelta(days=1)
        at(self.office, instant(over, 6))

        async def told() -> bool:
            ((left,),) = await self.office.fetch(_OPEN_BEFORE, day_begins(over))
            return int(left) == 0

        await eventually(told, seconds=60)
        assert await faults(self.office) == {}

    async def _due(self, first: date, last: date) -> list[asyncpg.Record]:
        begins, ends = day_begins(first), day_begins(last + timedelta(days=1))
        return await self.office.fetch(_DUE, self.governorate, begins, ends)

    async def waiting(self) -> int:
        """How many have an appointment ahead."""
        statement = (
            "SELECT count(*) FROM appointment a JOIN card c USING (card_id)"
            " WHERE a.state = 'scheduled' AND c.governorate = $1"
        )
        return int((await self.office.fetch(statement, self.governorate))[0][0])

    async def _walk_in(self, due: asyncpg.Record) -> None:
        """Somebody comes before the day: taken in where there is room, sent away with the next free hour otherwise."""
        self.people[due["citizen_id"]].early = False
        claims = {"site_id": str(due["site_id"])}
        headers = self.office.issuer.headers("clerk", "cards:handover", **claims)
        reply = await self.office.client.post(f"/v1/cards/{due['card_id']}/walk-ins", headers=headers)
        if reply.status_code == 409:
            assert reply.json()["code"] == "no_room_today", reply.text
            self.sent_away += 1
            return
        assert reply.status_code == 201, reply.text
        self.walked_in += 1
        await self._hand_over(due)

    async def _hand_over(self, due: asyncpg.Record) -> None:
        given = {"national_id": self.people[due["citizen_id"]].national_id}
        claims = {"site_id": str(due["site_id"])}
        path = f"/v1/cards/{due['card_id']}/handover"
        await self.office.call("POST", path, "cards:handover", json=given, claims=claims, subject="clerk")
        self.collected.append(self.office.runtime.clock.now())

    async def households(self, having: str) -> list[UUID]:
        """Households with a card that has come so far, by the column that says when."""
        statement = f"SELECT DISTINCT household_id FROM card WHERE governorate = $1 AND {having} IS NOT NULL"
        return [row["household_id"] for row in await self.office.fetch(statement, self.governorate)]

    async def planned_by_week(self) -> dict[date, int]:
        """How many the plans have invited to each week, by its Saturday."""
        weeks: dict[date, int] = {}
        for told in await self.office.events("PickupScheduled"):
            if told["because"] == "planned" and UUID(told["citizen_id"]) in self.people:
                saturday = week_begins(week_of(business_day(datetime.fromisoformat(told["starts_at"]))))
                weeks[saturday] = weeks.get(saturday, 0) + 1
        return weeks
