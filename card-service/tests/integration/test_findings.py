"""truth.md 3.16: a card found with a trader twice within the term is proposed as a ground; a person decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.sealing import CARD_NUMBER
from chassis.ids import new_id

from ..change_requests import BASE, Counter

if TYPE_CHECKING:
    from ..conftest import Office

FINDINGS = "/v1/card-findings"


@pytest.fixture
def counter(office: Office) -> Counter:
    return Counter(office)


@pytest.fixture(autouse=True)
async def present(office: Office) -> AsyncIterator[None]:
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]  # a training system has a clock to move


async def card(counter: Counter) -> tuple[str, str, str]:
    """A household with a card that is in use: its id, the card's id and number."""
    office = counter.office
    card_id, _, _ = await office.active("spouse")
    ((household_id, sealed),) = await office.fetch(
        "SELECT household_id, number_sealed FROM card WHERE card_id = $1", UUID(card_id)
    )
    number = office.runtime.state.dependencies.vault.open(UUID(card_id), sealed, CARD_NUMBER).decode()
    return str(household_id), card_id, number


async def found(
    counter: Counter, number: str, days_ago: int = 0, who: UUID | None = None, expect: int = 201, **said: Any
) -> Any:
    claims = said.pop("claims", {})
    body = {
        "card_number": number,
        "found_on": (counter.today - timedelta(days=days_ago)).isoformat(),
        "place": "بقالة شارع الثلاثيني",
        "report": f"inspection:2026/{new_id()}",
    } | said
    return await counter.call("POST", FINDINGS, who or new_id(), "cards:inspect", expect, json=body, claims=claims)


async def requests_of(counter: Counter, home: str) -> list[Any]:
    listed = await counter.call("GET", f"{BASE}?household_id={home}", counter.judge, "requests:approve")
    items: list[Any] = listed["items"]
    return items


async def test_the_second_day_within_the_term_is_proposed_and_goes_the_way_of_every_exclusion(counter: Counter) -> None:
    home, card_id, number = await card(counter)
    first, second = new_id(), new_id()
    one = await found(counter, number, 40, first, outlet_id=str(new_id()))
    assert (one["card_id"], one["days"], one["needed"], one["proposed"]) == (card_id, 1, 2, False)
    assert await requests_of(counter, home) == []
    two = await found(counter, f"{number[:4]} {number[4:]}", 3, second)
    assert (two["days"], two["proposed"]) == (2, True)
    (made,) = await requests_of(counter, home)
    assert (made["kind"], made["state"], made["entered_by"]) == ("exclusion", "waiting", f"person:{second}")
    seen = await counter.read(made)
    days = [(counter.today - timedelta(days=ago)).isoformat() for ago in (40, 3)]
    assert (seen["change"]["ground"], seen["change"]["found_on"]) == ("misuse", days)
    assert len(seen["evidence"]) == 2
    own = await counter.decide(made, who=second, expect=403)
    assert own["code"] == "own_proposal"
    before = await counter.sizes(home, counter.months[1])
    announced = await counter.decide(made)
    assert announced["state"] == "announced"
    (told,) = await counter.office.events("ExclusionAnnounced", home)
    assert (told["ground"], told["ground_ar"]) == ("misuse", "ضبط البطاقة لدى تاجر.")
    path = f"{BASE}/{made['request_id']}/appeal"
    await counter.call("POST", path, counter.clerk, "requests:write", json={"grounds": "كانت لدى ابني"})
    await counter.at(16)
    goods, bread = await counter.sizes(home, counter.months[1])
    assert (goods, bread) == (0, before[1]), "bread goes on while the appeal runs"
    seen = await counter.read(made)
    body = {"decision": "grant", "digest": seen["appeal_digest"]}
    won = await counter.call("POST", f"{path}/decision", counter.judge, "requests:approve", json=body)
    assert (won["state"], won["appeal"]) == ("done", "won")
    assert await counter.sizes(home, counter.months[1]) == before
    assert (await counter.office.events("EntitlementDecided", home))[-1]["paid_back"] is True


@pytest.mark.parametrize(
    ("days", "counted"),
    [
        ((10, 10), 1),  # twice on one day
        ((400, 2), 1),  # beyond the term
        ((2, 400), 1),  # an old report that comes late proves nothing
        ((300, 2), 2),
    ],
)
async def test_days_count_once_and_within_the_term(counter: Counter, days: tuple[int, int], counted: int) -> None:
    home, _, number = await card(counter)
    await found(counter, number, days[0])
    last = await found(counter, number, days[1])
    assert (last["days"], last["proposed"]) == (counted, counted == 2)
    assert len(await requests_of(counter, home)) == (counted == 2)


async def test_what_is_proposed_is_not_proposed_again_before_it_is_decided(counter: Counter) -> None:
    home, _, number = await card(counter)
    for ago, proposed in ((30, False), (20, True), (10, False)):
        assert (await found(counter, number, ago))["proposed"] is proposed
    (made,) = await requests_of(counter, home)
    await counter.decide(await counter.read(made), "refuse", reason_code="other")
    assert (await found(counter, number, 1))["proposed"] is True, "found once more after it was refused"
    assert len(await requests_of(counter, home)) == 2


async def test_what_is_refused(counter: Counter) -> None:
    _, _, number = await card(counter)
    tomorrow = (counter.today + timedelta(days=1)).isoformat()
    assert (await found(counter, number, found_on=tomorrow, expect=422))["code"] == "finding_in_future"
    for unknown in ("1", "6220000000000003"):
        assert (await found(counter, unknown, expect=404))["code"] == "card_not_found"
    elsewhere = await found(counter, number, expect=404, claims={"governorate": "19"})
    assert elsewhere["code"] == "card_not_found"
    report = "inspection:2026/117"
    await found(counter, number, 1, report=report)
    assert (await found(counter, number, 1, report=report, expect=409))["code"] == "finding_known"
    assert (await found(counter, number, place=" \t", expect=422))["code"] == "invalid_request"


async def test_where_a_card_was_found_is_sealed(counter: Counter) -> None:
    _, _, number = await card(counter)
    made = await found(counter, number, place="مخبز النور")
    ((kept,),) = await counter.office.fetch(
        "SELECT place_sealed FROM card_finding WHERE finding_id = $1", UUID(made["finding_id"])
    )
    assert "مخبز النور".encode() not in kept
