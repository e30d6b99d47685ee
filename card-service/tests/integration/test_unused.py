"""truth.md 3.16: what supply finds unused is proposed by itself, decided by a person, and announced first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.consumers import household_unused
from chassis.consumer import Received
from chassis.ids import new_id
from contracts.supply import HouseholdUnused

from ..change_requests import BASE, Counter

if TYPE_CHECKING:
    from ..conftest import Office


@pytest.fixture
def counter(office: Office) -> Counter:
    return Counter(office)


@pytest.fixture(autouse=True)
def present(office: Office) -> Any:
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]


async def hear(counter: Counter, home: str, days: int) -> None:
    """Supply has found that a household draws nothing since so many days."""
    runtime = counter.office.runtime
    told = HouseholdUnused(
        household_id=UUID(home), unused_since=counter.today - timedelta(days=days), month=f"{counter.today:%Y-%m}"
    )
    async with runtime.sessions() as session, session.begin():
        await household_unused([Received(told, new_id(), runtime.clock.now(), home)], session, runtime)


async def requests_of(counter: Counter, home: str) -> list[Any]:
    listed = await counter.call("GET", f"{BASE}?household_id={home}", counter.judge, "requests:approve")
    found: list[Any] = listed["items"]
    return found


async def test_it_is_proposed_once_and_nothing_happens_before_a_person_decides(counter: Counter) -> None:
    home, _, _ = await counter.home("spouse")
    await hear(counter, home, 150)
    assert await requests_of(counter, home) == [], "not six months yet"
    await hear(counter, home, 190)
    await hear(counter, home, 190)
    (made,) = await requests_of(counter, home)
    assert (made["kind"], made["state"], made["entered_by"]) == ("exclusion", "waiting", "supply-service")
    seen = await counter.read(made)
    assert (seen["change"]["ground"], seen["change"]["programmes"]) == ("unused", ["bread", "goods"])
    assert len(seen["change"]["citizen_ids"]) == 2
    assert await counter.office.events("ExclusionAnnounced", home) == []
    announced = await counter.decide(seen)
    assert announced["state"] == "announced"
    assert await counter.sizes(home, counter.months[1]) == (2, 2)
    await counter.at(16)
    assert (await counter.read(announced))["state"] == "done"
    assert await counter.sizes(home, counter.months[1]) == (0, 0)


async def test_who_is_kept_out_already_or_not_known_is_not_proposed(counter: Counter) -> None:
    await hear(counter, str(new_id()), 190)
    home, _, _ = await counter.home()
    await hear(counter, home, 190)
    (made,) = await requests_of(counter, home)
    await counter.decide(await counter.read(made))
    await counter.at(16)
    await hear(counter, home, 400)
    assert len(await requests_of(counter, home)) == 1
