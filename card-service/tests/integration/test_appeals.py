"""Exclusions announced, appeals, and another mobile: what is not done at the decision itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.registry.months import next_month

from ..change_requests import BASE, PDF, Counter

if TYPE_CHECKING:
    from ..conftest import Office


@pytest.fixture
def counter(office: Office) -> Counter:
    return Counter(office)


@pytest.fixture(autouse=True)
def present(office: Office) -> Any:
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]


async def excluded(counter: Counter, *programmes: str) -> tuple[str, str, Any]:
    home, (head, *_), _ = await counter.home("spouse")
    made = await counter.enter(
        "exclusion", home, citizen_ids=[head], programmes=list(programmes or ("bread", "goods")), ground="income"
    )
    announced = await counter.decide(made)
    assert announced["state"] == "announced", announced
    return home, head, announced


async def appeal(counter: Counter, made: Any) -> Any:
    path = f"{BASE}/{made['request_id']}/appeal"
    body = {"grounds": "الدخل أقل من الحد"}
    return await counter.call("POST", path, counter.clerk, "requests:write", json=body)


async def judged(counter: Counter, made: Any, decision: str, expect: int | None = None, **said: Any) -> Any:
    who = said.pop("who", counter.judge)
    seen = await counter.read(made)
    body = {"decision": decision, "digest": seen["appeal_digest"]} | said
    path = f"{BASE}/{made['request_id']}/appeal/decision"
    return await counter.call("POST", path, who, "requests:approve", expect, json=body)


async def test_an_exclusion_is_announced_before_it_takes_effect(counter: Counter) -> None:
    home, head, announced = await excluded(counter)
    assert announced["takes_effect_on"] == (counter.today + timedelta(days=15)).isoformat()
    (told,) = await counter.office.events("ExclusionAnnounced", home)
    assert (told["citizen_id"], told["ground"], told["programmes"]) == (head, "income", ["bread", "goods"])
    assert await counter.sizes(home, counter.months[1]) == (2, 2)
    await counter.at(16)
    assert (await counter.read(announced))["state"] == "done"
    assert await counter.sizes(home, counter.months[1]) == (1, 1)


async def test_an_exclusion_that_is_carried_out_late_reaches_the_months_announced(counter: Counter) -> None:
    home, _, announced = await excluded(counter)
    month = f"{next_month(date.fromisoformat(announced['takes_effect_on'])):%Y-%m}"
    await counter.at(100)
    done = await counter.read(announced)
    assert (done["state"], done["month"]) == ("done", month)
    assert await counter.sizes(home, month) == (1, 1)


async def test_bread_goes_on_while_an_appeal_runs_and_who_wins_is_paid_back(counter: Counter) -> None:
    home, _, announced = await excluded(counter)
    await appeal(counter, announced)
    await counter.at(16)
    assert await counter.sizes(home, counter.months[1]) == (1, 2)
    first = await judged(counter, announced, "grant", who=counter.approver, expect=403)
    assert first["code"] == "appeal_same_decider"
    won = await judged(counter, announced, "grant")
    assert (won["state"], won["appeal"]) == ("done", "won")
    assert await counter.sizes(home, counter.months[1]) == (2, 2)
    decisions = await counter.office.events("EntitlementDecided", home)
    assert decisions[-1]["paid_back"] is True


@pytest.mark.parametrize(
    ("ground", "short", "enough"),
    [
        ("unused", {"unused_since": 150}, {"unused_since": 190}),
        ("misuse", {"found_on": [9]}, {"found_on": [9, 40]}),
    ],
)
async def test_an_exclusion_for_the_card_says_on_what_it_rests(
    counter: Counter, ground: str, short: dict[str, Any], enough: dict[str, Any]
) -> None:
    """3.16: six months unused, or found twice with a trader; proposed and announced, never done by itself."""

    def days(said: dict[str, Any]) -> dict[str, Any]:
        back = {name: [ago] if isinstance(ago, int) else ago for name, ago in said.items()}
        told = {name: [(counter.today - timedelta(days=one)).isoformat() for one in ago] for name, ago in back.items()}
        return {name: told[name] if isinstance(said[name], list) else told[name][0] for name in said}

    home, (head, *_), _ = await counter.home("spouse")
    whom: dict[str, Any] = {"citizen_ids": [head], "programmes": ["bread", "goods"], "ground": ground}
    for said in ({}, days(short)):
        refused = await counter.enter("exclusion", home, expect=409, **whom, **said)
        assert refused["code"] == "ground_not_met"
    announced = await counter.decide(await counter.enter("exclusion", home, **whom, **days(enough)))
    assert announced["state"] == "announced"
    assert await counter.sizes(home, counter.months[1]) == (2, 2)


async def test_an_appeal_that_is_lost_lets_the_exclusion_stand(counter: Counter) -> None:
    home, _, announced = await excluded(counter)
    await counter.at(16)
    assert await counter.sizes(home, counter.months[1]) == (1, 1)
    await appeal(counter, announced)
    assert await counter.sizes(home, counter.months[1]) == (1, 2)
    lost = await judged(counter, announced, "refuse", reason_code="not_entitled")
    assert (lost["state"], lost["appeal"]) == ("done", "lost")
    assert await counter.sizes(home, counter.months[1]) == (1, 1)
    (told,) = await counter.office.events("AppealDecided", home)
    assert (told["won"], told["reason"]) == (False, "not_entitled")


async def test_what_was_refused_is_carried_out_when_the_appeal_is_won(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سمير")
    refused = await counter.decide(made, "refuse", reason_code="evidence_unreadable", note="blurred")
    assert refused["reason"] == {
        "code": "evidence_unreadable",
        "reason": "The document cannot be read.",
        "reason_ar": "المستند غير واضح.",
    }
    (told,) = await counter.office.events("ChangeRequestDecided", home)
    assert (told["outcome"], told["reason_ar"]) == ("refused", "المستند غير واضح.")
    await appeal(counter, made)
    assert (await judged(counter, made, "grant"))["state"] == "done"
    assert (await counter.citizen(head))["full_name"] == "هالة سمير"
    again = await counter.call(
        "POST", f"{BASE}/{made['request_id']}/appeal", counter.clerk, "requests:write", 409, json={"grounds": "x"}
    )
    assert again["code"] == "not_appealable"


async def test_an_appeal_comes_within_its_term(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سمير")
    await counter.decide(made, "refuse", reason_code="other")
    await counter.at(61)
    path = f"{BASE}/{made['request_id']}/appeal"
    late = await counter.call("POST", path, counter.clerk, "requests:write", 409, json={"grounds": "x"})
    assert late["code"] == "appeal_too_late"


async def test_inclusion_lifts_a_ground(counter: Counter) -> None:
    home, head, _ = await excluded(counter)
    await counter.at(16)
    await counter.done("inclusion", home, citizen_ids=[head], programmes=["bread", "goods"], ground="income")
    assert await counter.sizes(home, f"{next_month(counter.today):%Y-%m}") == (2, 2)


async def test_another_mobile_needs_both_codes_and_the_old_number_may_object(counter: Counter) -> None:
    home, (head,), (body,) = await counter.home()
    made = await counter.enter("mobile", home, archive=[], citizen_id=head, mobile="01234567890", proof="old_number")
    assert made["state"] == "unproven"
    new, old = await counter.codes(head)
    path = f"{BASE}/{made['request_id']}/codes"
    for given in ({"new_number": new}, {"new_number": new, "old_number": "000000" if old != "000000" else "111111"}):
        wrong = await counter.call("POST", path, counter.clerk, "requests:write", 422, json=given)
        assert wrong["code"] == "mobile_code_refused"
    done = await counter.call(
        "POST", path, counter.clerk, "requests:write", json={"new_number": new, "old_number": old}
    )
    assert done["state"] == "done"
    assert (await counter.citizen(head))["mobile_masked"].endswith("890")
    (warned,) = await counter.office.events("MobileChanging", head)
    assert warned["mobile"] == "+2" + body["mobile"]
    ((until,),) = await counter.office.fetch("SELECT mobile_new_until FROM citizen WHERE citizen_id = $1", UUID(head))
    assert until - counter.office.runtime.clock.now() > timedelta(hours=71)
    assert await signs_in(counter, body) is None
    (known, told) = await counter.office.events("ContactChanged", head)
    assert (known["new_until"], datetime.fromisoformat(told["new_until"])) == (None, until)
    # nor does it prove that its holder asks for yet another one
    again = {"citizen_id": head, "mobile": "01234567899"}
    refused = await counter.enter("mobile", home, proof="old_number", expect=409, **again)
    assert refused["code"] == "number_too_new"
    objected = await counter.call(
        "POST", f"{BASE}/{made['request_id']}/objection", counter.clerk, "requests:write", json={"note": "by telephone"}
    )
    assert (objected["state"], objected["reason_code"]) == ("refused", "objected")
    assert (await counter.office.events("ContactChanged", head))[-1]["mobile"] == "+2" + body["mobile"]
    assert await signs_in(counter, body) == head


async def test_a_number_of_three_days_signs_in(counter: Counter) -> None:
    home, (head,), (body,) = await counter.home()
    assert await signs_in(counter, body) == head
    made = await counter.enter("mobile", home, archive=[], citizen_id=head, mobile="01234567893", proof="old_number")
    new, old = await counter.codes(head)
    both = {"new_number": new, "old_number": old}
    await counter.call("POST", f"{BASE}/{made['request_id']}/codes", counter.clerk, "requests:write", json=both)
    assert await signs_in(counter, body) is None
    await counter.at(4)
    assert await signs_in(counter, body) == head


async def test_who_comes_back_with_another_number_proves_nothing_by_it_at_first(counter: Counter) -> None:
    office = counter.office
    home, (_, spouse), (_, body) = await counter.home("spouse")
    for mobile, opens in ((body["mobile"], True), ("01099999901", False)):
        await counter.done("removal", home, citizen_id=spouse, reason="abroad")
        assert await office.joined(home, body | {"mobile": mobile}) == spouse
        assert (await signs_in(counter, body) == spouse) is opens
    assert (await office.events("ContactChanged", spouse))[-1]["new_until"]
    await counter.at(4)
    assert await signs_in(counter, body) == spouse


async def signs_in(counter: Counter, body: dict[str, Any]) -> str | None:
    """Whom the gateway finds for a national id before it has a code sent."""
    asked = {"national_id": body["national_id"]}
    found = await counter.office.call("POST", "/v1/citizen-verifications", "citizens:verify", json=asked)
    citizen_id: str | None = found["citizen_id"]
    return citizen_id


async def test_guesses_at_a_code_are_counted_although_they_are_refused(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("mobile", home, archive=[], citizen_id=head, mobile="01234567891", proof="old_number")
    new, old = await counter.codes(head)
    path, wrong = f"{BASE}/{made['request_id']}/codes", {"new_number": new, "old_number": "000000"}
    if old == "000000":
        wrong["old_number"] = "111111"
    for _ in range(5):
        await counter.call("POST", path, counter.clerk, "requests:write", 422, json=wrong)
    right = {"new_number": new, "old_number": old}
    assert (await counter.call("POST", path, counter.clerk, "requests:write", 422, json=right))["code"] == (
        "mobile_code_refused"
    )
    await counter.call("POST", f"{path}/new", counter.clerk, "requests:write")
    *_, new, old = await counter.codes(head)
    right = {"new_number": new, "old_number": old}
    assert (await counter.call("POST", path, counter.clerk, "requests:write", json=right))["state"] == "done"


async def test_at_a_counter_a_second_person_sees_the_document(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("mobile", home, archive=[], citizen_id=head, mobile="01234567892", proof="counter")
    (new,) = await counter.codes(head)
    path = f"{BASE}/{made['request_id']}"
    waits = await counter.call("POST", f"{path}/codes", counter.clerk, "requests:write", json={"new_number": new})
    assert waits["state"] == "waiting"
    assert (await counter.decide(made, expect=409))["code"] == "evidence_needed"
    await counter.call("POST", f"{path}/evidence", counter.clerk, "requests:write", content=PDF)
    assert (await counter.decide(made))["state"] == "done"
