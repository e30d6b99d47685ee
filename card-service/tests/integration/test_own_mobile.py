"""A citizen's own change of mobile: codes to both numbers, the old one told, its rules those of the offices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from ..change_requests import Counter
from .test_own import own

if TYPE_CHECKING:
    from ..conftest import Office

CHANGE = "mobile-change"


@pytest.fixture
def counter(office: Office) -> Counter:
    return Counter(office)


@pytest.fixture(autouse=True)
def present(office: Office) -> Any:
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]


async def test_both_codes_change_it_and_the_old_number_is_told(counter: Counter) -> None:
    office = counter.office
    _, (head,), (body,) = await counter.home()
    made = await own(office, head, "POST", CHANGE, expect=201, json={"mobile": "01234567860"})
    assert made["state"] == "unproven"
    new, old = await counter.codes(head)
    wrong = {"new_number": new, "old_number": "000000" if old != "000000" else "111111"}
    refused = await own(office, head, "POST", f"{CHANGE}/codes", expect=422, json=wrong)
    assert refused["code"] == "mobile_code_refused"
    assert (await own(office, head, "GET", CHANGE))["state"] == "unproven"
    done = await own(office, head, "POST", f"{CHANGE}/codes", json={"new_number": new, "old_number": old})
    assert (done["state"], done["request_id"]) == ("done", made["request_id"])
    assert (await own(office, head, "GET", "household"))["mobile_masked"].endswith("860")
    (warned,) = await office.events("MobileChanging", head)
    assert warned["mobile"] == "+2" + body["mobile"]
    ((until,),) = await office.fetch("SELECT mobile_new_until FROM citizen WHERE citizen_id = $1", UUID(head))
    assert until > office.runtime.clock.now()
    again = await own(office, head, "POST", CHANGE, expect=409, json={"mobile": "01234567861"})
    assert again["code"] == "number_too_new"


async def test_asked_for_anew_the_first_is_withdrawn_and_there_is_an_end_to_it(counter: Counter) -> None:
    office = counter.office
    _, (head,), _ = await counter.home()
    made = [
        await own(office, head, "POST", CHANGE, expect=201, json={"mobile": f"0123456787{place}"}) for place in range(3)
    ]
    assert len({one["request_id"] for one in made}) == 3
    rows = await office.fetch(
        "SELECT state FROM change_request WHERE citizen_id = $1 ORDER BY entered_at, request_id", UUID(head)
    )
    assert [state for (state,) in rows] == ["withdrawn", "withdrawn", "unproven"]
    often = await own(office, head, "POST", CHANGE, expect=409, json={"mobile": "01234567879"})
    assert often["code"] == "mobile_changes_often"
    await counter.at(2)
    assert (await own(office, head, "POST", CHANGE, expect=201, json={"mobile": "01234567879"}))["state"] == "unproven"


async def test_it_is_the_callers_own_and_no_request_of_an_office(counter: Counter) -> None:
    office = counter.office
    home, (head, spouse), _ = await counter.home("spouse")
    await own(office, head, "POST", CHANGE, expect=201, json={"mobile": "01234567880"})
    both = {"new_number": "1" * 6, "old_number": "2" * 6}
    for method, path, given in (("GET", CHANGE, {}), ("POST", f"{CHANGE}/codes", {"json": both})):
        refused = await own(office, spouse, method, path, expect=404, **given)
        assert refused["code"] == "change_request_not_found"
    await counter.enter("mobile", home, archive=[], citizen_id=spouse, mobile="01234567881", proof="old_number")
    assert (await own(office, spouse, "GET", CHANGE, expect=404))["code"] == "change_request_not_found"
    open_ = await own(office, spouse, "POST", CHANGE, expect=409, json={"mobile": "01234567882"})
    assert open_["code"] == "change_request_open"
