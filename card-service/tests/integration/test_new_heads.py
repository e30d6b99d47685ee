"""New heads of household are invited to collect a card without a plan that somebody orders."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from card_service import MIGRATIONS, POLICIES
from card_service.cards import repository as cards
from card_service.dependencies import Dependencies
from card_service.distribution import new_heads
from card_service.duplicates import repository as duplicates
from card_service.keys import KEYS
from card_service.search import repository as names
from card_service.settings import Settings
from chassis.clock import CAIRO, Clock, month_start
from chassis.db import create_engine, create_sessions
from chassis.ids import new_id
from chassis.testing import MakeDatabase, connected_as_owner
from chassis.testing_events import Outside
from policybook.startup import open_book, whole_book

WITHIN = 14
AS_DELIVERED = "- key: pickup.new_head_days\n    value: "
NEAR, FAR = "03.03", "03.07"
JOINED = date(2026, 10, 1)


def policies(folder: Path, days: int) -> Path:
    """The policies as they are delivered, but for the days within which new heads are called."""
    shutil.copytree(POLICIES, folder)
    written = folder / "cards.yaml"
    text = written.read_text(encoding="utf-8")
    assert f"{AS_DELIVERED}0\n" in text
    written.write_text(text.replace(f"{AS_DELIVERED}0\n", f"{AS_DELIVERED}{days}\n"), encoding="utf-8")
    return folder


@dataclass
class Register:
    """A register with a site in two districts, whose job calls new heads when it is told to."""

    runtime: Any
    owner: asyncpg.Connection
    today: date

    async def phase(self, sequence: int, state: str) -> UUID:
        phase_id = new_id()
        await self.owner.execute(
            "INSERT INTO rollout_phase (phase_id, name, governorate, sequence, services, state, state_before_pause,"
            " created_at) VALUES ($1, $2, '03', $3, '{supply}', $4, $5, now())",
            phase_id, f"Phase {sequence}", sequence, state, "active" if state == "paused" else None,
        )  # fmt: skip
        return phase_id

    async def site(self, district: str, capacity: int) -> UUID:
        site_id = new_id()
        await self.owner.execute(
            "INSERT INTO pickup_site (site_id, name_ar, name_en, kind, governorate, district, address_ar,"
            " hourly_capacity, opens, closes, working_days, created_at)"
            " VALUES ($1, 'مكتب', $2, 'post_office', '03', $3, 'الحي', $4, '08:00', '15:00', '{1,2,3,4,6,7}', now())",
            site_id, f"Site of {district}", district, capacity,
        )  # fmt: skip
        return site_id

    async def household(self, district: str, phase_id: UUID | None) -> tuple[UUID, UUID]:
        """A household whose head, who had a card of a phase, has died, and whose spouse is the head now."""
        household_id, head, heir, change = new_id(), new_id(), new_id(), new_id()
        run = self.owner.execute
        await run(
            "INSERT INTO household (household_id, governorate, district, address, members, registered_at)"
            " VALUES ($1, '03', $2, '', 1, now())", household_id, district,
        )  # fmt: skip
        for who, role, home in ((head, None, None), (heir, "head", household_id)):
            await run(
                "INSERT INTO citizen (citizen_id, household_id, role, full_name, full_name_sealed, national_id_hash,"
                " national_id_sealed, mobile_usable, birth_date, sex, registered_at)"
                " VALUES ($1, $2, $3, '…', '\\x01', $4, '\\x01', false, '1980-01-01', 'female', now())",
                who, home, role, hashlib.sha256(who.bytes).digest(),
            )  # fmt: skip
        await self._stay(head, household_id, "head", self.today)
        await self._stay(heir, household_id, "spouse", self.today)
        if phase_id is not None:
            await run(
                "INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state,"
                " created_at, phase_id, closed_at, close_reason)"
                " VALUES ($1, $2, $3, '03', $4, '\\x01', 'closed', now(), $5, now(), 'left_household')",
                new_id(), head, household_id, hashlib.sha256(head.bytes).digest(), phase_id,
            )  # fmt: skip
        assert await self.waiting(household_id) == []
        await run(
            "INSERT INTO register_change (change_id, kind, household_id, fact_on, decided_at, effective_month,"
            " decided_by) VALUES ($1, 'death', $2, $3, now(), $4, 'test')",
            change, household_id, self.today, month_start(self.today),
        )  # fmt: skip
        await self._stay(heir, household_id, "head", None, change)
        assert await self.waiting(household_id) == [None]
        return household_id, heir

    async def _stay(
        self, who: UUID, household_id: UUID, role: str, until: date | None, change: UUID | None = None
    ) -> None:
        """A membership: until a day, or the one that a change of today has begun."""
        since = JOINED if until else self.today
        ended = (until, month_start(until), "x") if until else (None, None, None)
        await self.owner.execute(
            "INSERT INTO membership (membership_id, citizen_id, household_id, role, since, first_month, until,"
            " left_month, leave_reason, granted, join_reason, joined_by)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{goods}', 'registered', $10)",
            new_id(), who, household_id, role, since, month_start(since), *ended, change,
        )  # fmt: skip

    async def waiting(self, household_id: UUID) -> list[date | None]:
        """On which day a household's new head was tried last, one while it waits."""
        rows = await self.owner.fetch("SELECT tried_on FROM head_waiting WHERE household_id = $1", household_id)
        return [row["tried_on"] for row in rows]

    async def invited(self, citizen_id: UUID) -> Sequence[asyncpg.Record]:
        """Where and when a citizen is to collect a card."""
        return await self.owner.fetch(
            "SELECT a.site_id, a.starts_at, c.phase_id FROM card c JOIN appointment a USING (card_id)"
            " WHERE c.citizen_id = $1 AND a.state = 'scheduled'", citizen_id,
        )  # fmt: skip

    async def call(self) -> None:
        """Let the job run once."""
        await new_heads.CALLS.run(self.runtime)


def key_of(fill: int) -> str:
    """A key nobody uses outside tests."""
    return base64.urlsafe_b64encode(bytes([fill]) * 32).rstrip(b"=").decode()


@pytest.fixture
async def register(
    make_database: MakeDatabase, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Register]:
    """A register; `request.param`: the days of the policy."""
    url = await make_database(MIGRATIONS)
    nowhere: dict[str, Any] = {**Outside("127.0.0.1:1").settings}
    settings = Settings(
        database_url=url, policies=policies(tmp_path / "policies", request.param), **nowhere, jwks='{"keys": []}',
        card_data_keys=f"k1:{key_of(1)}", card_lookup_key=key_of(2), card_pin_key=key_of(3),
        card_pin_transport_keys=f"p1:{key_of(4)}", card_signing_keys=f"s1:{key_of(5)}",
        contact_keys=f"k1:{key_of(6)}", ration_card_key=key_of(7), record_data_keys=f"k1:{key_of(8)}",
    )  # fmt: skip
    engine, clock = create_engine(settings, "card"), Clock()
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool, connected_as_owner(url) as owner:
        runtime: Any = SimpleNamespace(
            settings=settings, clock=clock, engine=engine, sessions=create_sessions(engine, clock), pool=pool,
            wake_relay=lambda: None,
        )  # fmt: skip
        book = await open_book(runtime, settings.policies, KEYS, whole_book)
        deps = Dependencies.of(settings, clock, book, cards.transfer, names.add, duplicates.open_of)
        runtime.state = SimpleNamespace(dependencies=deps)
        await owner.execute("SELECT set_config('card.memberships', 'kept', false)")  # as requests do
        yield Register(runtime, owner, deps.today())
    await engine.dispose()


@pytest.mark.parametrize("register", [WITHIN], indirect=True)
async def test_new_heads_are_invited_to_their_district_soon(register: Register) -> None:
    phase, near, far = await register.phase(1, "active"), await register.site(NEAR, 5), await register.site(FAR, 100)
    homes = [await register.household(NEAR, phase), await register.household(FAR, phase)]
    await register.call()
    for (household_id, heir), site_id in zip(homes, (near, far), strict=True):
        (told,) = await register.invited(heir)
        assert (told["site_id"], told["phase_id"]) == (site_id, phase)
        day = told["starts_at"].astimezone(CAIRO).date()
        assert register.today < day <= register.today + timedelta(days=WITHIN)
        assert await register.waiting(household_id) == []
    plans = "SELECT status, scheduled, max_citizens, created_by FROM pickup_plan"
    assert [tuple(plan) for plan in await register.owner.fetch(plans)] == [("done", 2, 2, "card-service")]
    told_of = await register.owner.fetch("SELECT key FROM outbox WHERE type LIKE '%.PickupScheduled.%'")
    assert len(told_of) == len(homes)


@pytest.mark.parametrize("register", [WITHIN], indirect=True)
async def test_without_hours_or_in_a_pause_they_wait_a_day_and_without_a_card_before_for_the_plan(
    register: Register,
) -> None:
    active, paused = await register.phase(1, "active"), await register.phase(2, "paused")
    in_pause = await register.household(NEAR, paused)
    no_site = await register.household(NEAR, active)
    never = await register.household(NEAR, None)
    await register.call()
    for household_id, _ in (in_pause, no_site):
        assert await register.waiting(household_id) == [register.today]
    assert await register.waiting(never[0]) == []
    await register.site(NEAR, 5)
    await register.call()
    assert await register.waiting(no_site[0]) == [register.today], "once a day"
    await register.owner.execute("UPDATE head_waiting SET tried_on = tried_on - 1")
    await register.call()
    assert [len(await register.invited(heir)) for _, heir in (in_pause, no_site, never)] == [0, 1, 0]


@pytest.mark.parametrize("register", [WITHIN], indirect=True)
async def test_who_is_head_no_more_or_has_a_card_by_now_is_forgotten(register: Register) -> None:
    phase = await register.phase(1, "active")
    await register.site(NEAR, 5)
    household_id, heir = await register.household(NEAR, phase)
    await register.owner.execute("UPDATE citizen SET role = 'spouse' WHERE citizen_id = $1", heir)
    other, holder = await register.household(NEAR, phase)
    await register.owner.execute("UPDATE card SET citizen_id = $1, state = 'requested', closed_at = NULL,"
                                 " close_reason = NULL WHERE household_id = $2", holder, other)  # fmt: skip
    await register.call()
    assert [await register.waiting(one) for one in (household_id, other)] == [[], []]
    assert [list(await register.invited(one)) for one in (heir, holder)] == [[], []]


@pytest.mark.parametrize("register", [0], indirect=True)
async def test_as_delivered_the_next_plan_takes_them_in(register: Register) -> None:
    phase = await register.phase(1, "active")
    await register.site(NEAR, 5)
    household_id, heir = await register.household(NEAR, phase)
    await register.call()
    assert await register.waiting(household_id) == []
    assert list(await register.invited(heir)) == []
