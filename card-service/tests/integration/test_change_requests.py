"""Change requests end to end: each kind entered by one, decided by another; whose they are, overdue, documents."""

from __future__ import annotations

from base64 import b64decode
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.consumers import drawn_after_death
from card_service.registry.months import next_month
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import check_pages
from contracts.supply import Drawn, DrawnAfterDeath

from ..change_requests import ARCHIVE, BASE, JPEG, PDF, PNG, Counter, person

if TYPE_CHECKING:
    from ..conftest import Office


OTHER_SEX = {"male": "female", "female": "male"}


@pytest.fixture
def counter(office: Office) -> Counter:
    return Counter(office)


@pytest.fixture(autouse=True)
def present(office: Office) -> Any:
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]


async def test_a_death_is_decided_by_another_and_told(counter: Counter) -> None:
    home, (head, spouse, _), _ = await counter.home("spouse", "child")
    refused = await counter.enter("removal", home, citizen_id=head, reason="abroad", expect=409)
    assert refused["code"] == "head_needed"
    made = await counter.enter("death", home, citizen_id=head)  # nobody follows yet
    assert (await counter.decide(made, expect=409))["code"] == "head_needed"
    change = {"kind": "death", "household_id": home, "fact_on": counter.today.isoformat(), "citizen_id": head}
    body = {"change": change | {"new_head": spouse}, "note": "the widow"}
    amended = await counter.call("PUT", f"{BASE}/{made['request_id']}", counter.clerk, "requests:write", json=body)
    assert amended["month"] == counter.months[1]
    decided = await counter.decide(made)
    assert (decided["state"], decided["month"], decided["claim"]) == ("done", counter.months[1], None)
    members = (await counter.household(home))["members"]
    assert members[0]["citizen_id"] == spouse
    (told,) = await counter.office.events("ChangeRequestDecided", home)
    assert (told["outcome"], told["citizen_id"], told["effective_month"]) == ("done", spouse, counter.months[1])
    assert [one["act"] for one in decided["acts"]] == ["entered", "amended", "approved", "carried_out"]
    assert decided["acts"][1]["note"] == "the widow"


async def test_months_since_a_death_become_a_claim_that_a_person_decides(counter: Counter) -> None:
    home, (_, spouse), _ = await counter.home("spouse")
    await counter.at(70)
    died = counter.today - timedelta(days=65)
    decided = await counter.done("death", home, citizen_id=spouse, fact_on=died.isoformat())
    first = next_month(died)
    assert decided["claim"]["first_month"] == f"{first:%Y-%m}"
    assert decided["claim"]["last_month"] == counter.months[0]
    assert (decided["claim"]["state"], decided["claim"]["drawn"]) == ("open", None)
    path, body = f"{BASE}/{decided['request_id']}/claim-decision", {"decision": "waive", "note": "the bread was eaten"}
    after = await counter.call("POST", path, counter.judge, "requests:approve", json=body)
    assert after["claim"]["state"] == "waived"
    again = await counter.call("POST", path, counter.judge, "requests:approve", 409, json=body)
    assert again["code"] == "claim_not_open"
    (told,) = await counter.office.events("MonthsClaimDecided", home)
    assert told["pursued"] is False


async def test_who_decides_a_claim_sees_what_was_drawn_whatever_comes_when_and_twice(counter: Counter) -> None:
    office = counter.office
    home, (_, spouse, child), _ = await counter.home("spouse", "child")
    await counter.at(70)
    died = (counter.today - timedelta(days=65)).isoformat()
    first = await counter.done("death", home, citizen_id=spouse, fact_on=died)
    second = await counter.done("death", home, citizen_id=child, fact_on=died)

    def told(made: Any, who: str, *amounts: Drawn, later: int = 0) -> Received[DrawnAfterDeath]:
        data = DrawnAfterDeath(
            change_id=made["changes"][0], household_id=UUID(home), citizen_id=UUID(who),
            died_on=date.fromisoformat(died), amounts=list(amounts),
        )  # fmt: skip
        time = office.runtime.clock.now() + timedelta(seconds=later)
        return Received(data=data, id=new_id(), time=time, key=home)

    async def hear(*run: Received[DrawnAfterDeath]) -> None:
        async with office.runtime.sessions() as session, session.begin():
            await drawn_after_death(list(run), session, office.runtime)

    month = next_month(date.fromisoformat(died))
    bread = Drawn(programme="bread", period=month, quantity=135, unit="loaf")
    goods = Drawn(programme="goods", period=month, quantity=5_000, unit="piastre")
    path, body = f"{BASE}/{first['request_id']}/claim-decision", {"decision": "pursue", "note": "of the heirs"}
    early = await counter.call("POST", path, counter.judge, "requests:approve", 409, json=body)
    assert early["code"] == "drawn_not_known"
    unknown = told(first, spouse).data.model_copy(update={"change_id": new_id()})
    right, old = told(first, spouse, bread, goods), told(first, spouse, bread, later=-60)
    await hear(right, right)
    await hear(old, Received(data=unknown, id=new_id(), time=old.time, key=home), told(second, child))
    claim = (await counter.read(first))["claim"]
    shown = [(one["programme"], one["month"], one["quantity"], one["unit"]) for one in claim["drawn"]]
    assert shown == [("bread", f"{month:%Y-%m}", 135, "loaf"), ("goods", f"{month:%Y-%m}", 5_000, "piastre")]
    listed = await counter.call("GET", f"{BASE}?household_id={home}&claim=open", counter.judge, "requests:approve")
    assert {one["request_id"] for one in listed["items"]} == {first["request_id"], second["request_id"]}
    nothing = f"{BASE}/{second['request_id']}/claim-decision"
    refused = await counter.call("POST", nothing, counter.judge, "requests:approve", 409, json=body)
    assert refused["code"] == "nothing_drawn"
    after = await counter.call("POST", path, counter.judge, "requests:approve", json=body)
    assert (after["claim"]["state"], after["claim"]["drawn"]) == ("pursued", claim["drawn"])
    await hear(told(first, spouse, bread, later=60))  # what was decided about stays as it was seen
    assert (await counter.read(first))["claim"]["drawn"] == claim["drawn"]
    (decided,) = await office.events("MonthsClaimDecided", home)
    assert decided["amounts"] == claim["drawn"]
    assert await office.fetch("SELECT FROM drawn_after_death WHERE change_id = $1", unknown.change_id) == []


async def test_a_registry_s_death_is_carried_out_at_once_and_a_head_s_card_refused(counter: Counter) -> None:
    office = counter.office
    home, (_, spouse), _ = await counter.home("spouse")
    change = {"kind": "death", "household_id": home, "fact_on": counter.today.isoformat(), "citizen_id": spouse}
    body: dict[str, Any] = {"change": change}
    refused = await office.call("POST", BASE, "requests:write", json=body, expect=409)
    assert refused["code"] == "evidence_needed"
    made = await office.call("POST", BASE, "requests:write", json=body | {"archive_references": ARCHIVE})
    assert (made["state"], made["decided_by"]) == ("done", "ministry")
    card, holder, _ = await office.active("spouse")
    ((of_head, whose),) = await office.fetch(
        "SELECT citizen_id, household_id FROM card WHERE card_id = $1::text::uuid", card
    )
    change |= {"household_id": str(whose), "citizen_id": str(of_head)}
    waits = await office.call("POST", BASE, "requests:write", json={"change": change, "archive_references": ARCHIVE})
    assert waits["state"] == "waiting"
    assert (await office.call("GET", f"/v1/cards/{card}", "cards:read"))["state"] == "closed"
    assert holder


async def test_newborns_by_directive_51(counter: Counter) -> None:
    office = counter.office
    born = {years: f"3{(counter.today.year - years) % 100:02d}0101" for years in (3, 5)}
    from ..conftest import national_id

    def child(years: int) -> dict[str, Any]:
        office.serial += 1
        return {"person": person(office, national_id=national_id(office.serial, born[years]))}

    home, _, _ = await counter.home("spouse", "child")
    assert (await counter.enter("newborn", home, expect=409, **child(5)))["code"] == "family_not_eligible"
    takaful = {"basis": "takaful"}
    assert (await counter.enter("newborn", home, expect=409, **child(3), **takaful))["code"] == "too_young"
    decided = await counter.done("newborn", home, **child(5), **takaful)
    assert len((await counter.household(home))["members"]) == 4
    assert decided["month"] == counter.months[1]
    refused = await counter.enter("newborn", home, expect=409, **child(5), **takaful)
    assert (refused["code"], refused["most"]) == ("too_many_members", 4)
    assert refused["title_ar"]


async def test_marriage_takes_somebody_from_one_household_to_another(counter: Counter) -> None:
    groom, _, _ = await counter.home()
    family, (_, bride), _ = await counter.home("child")
    decided = await counter.done("marriage", groom, citizen_id=bride)
    this, following = counter.months
    assert [await counter.sizes(one, this) for one in (groom, family)] == [(1, 1), (2, 2)]
    assert [await counter.sizes(one, following) for one in (groom, family)] == [(2, 2), (1, 1)]
    assert len(decided["changes"]) == 2
    other, _, _ = await counter.home()
    await counter.done("marriage", other, person=person(counter.office))
    assert len((await counter.household(other))["members"]) == 2


async def test_a_marriage_of_two_households_founds_a_third_by_one_request(counter: Counter) -> None:
    groom_s, (father, groom), _ = await counter.home("child")
    bride_s, (mother, bride, _), _ = await counter.home("child", "child")
    left_alone = await counter.enter("marriage", groom_s, citizen_id=mother, founder=groom, expect=409)
    assert left_alone["code"] == "head_needed"
    headless = await counter.enter("marriage", groom_s, citizen_id=bride, founder=father, expect=409)
    assert headless["code"] == "head_needed"
    decided = await counter.done("marriage", groom_s, citizen_id=bride, founder=groom)
    founded = await counter.household(decided["founded"])
    assert [(one["citizen_id"], one["role"]) for one in founded["members"]] == [(groom, "head"), (bride, "spouse")]
    this, following = counter.months
    assert decided["month"] == following
    homes = (groom_s, bride_s, decided["founded"])
    assert [await counter.sizes(one, this) for one in homes] == [(2, 2), (3, 3), (0, 0)]
    assert [await counter.sizes(one, following) for one in homes] == [(1, 1), (2, 2), (2, 2)]
    assert len(decided["changes"]) == 3
    before, (widower, son), _ = await counter.home("other")
    stranger = {"person": person(counter.office)}
    second = await counter.done("marriage", before, founder=widower, head_after=son, **stranger)
    assert (await counter.household(before))["members"][0]["citizen_id"] == son
    assert len((await counter.household(second["founded"]))["members"]) == 2


async def test_divorce_founds_a_household_with_the_children_or_joins_another(counter: Counter) -> None:
    home, (_, spouse, child), _ = await counter.home("spouse", "child")
    decided = await counter.done("divorce", home, citizen_id=spouse, children=[child])
    founded = await counter.household(decided["founded"])
    assert [(one["citizen_id"], one["role"]) for one in founded["members"]] == [(spouse, "head"), (child, "child")]
    home, (_, spouse), _ = await counter.home("spouse")
    parents, _, _ = await counter.home()
    same = await counter.enter("divorce", home, citizen_id=spouse, into=home, expect=422)
    assert same["code"] == "same_household"
    await counter.done("divorce", home, citizen_id=spouse, into=parents)
    assert len((await counter.household(parents))["members"]) == 2


async def test_households_split_merge_move_and_end(counter: Counter) -> None:
    home, (_, spouse, child), _ = await counter.home("spouse", "child")
    split = await counter.done("split", home, roles={child: "head"})
    assert (await counter.household(split["founded"]))["members"][0]["citizen_id"] == child
    await counter.done("head_change", home, archive=[], new_head=spouse, former_role="spouse")
    assert (await counter.household(home))["members"][0]["citizen_id"] == spouse
    await counter.done("merge", split["founded"], into=home)
    assert len((await counter.household(home))["members"]) == 3
    await counter.done("removal", home, citizen_id=child, reason="abroad")
    await counter.done("admission", home, person=person(counter.office), role="other")
    await counter.done("move", home, governorate="03", district="03.03", address="شارع الثلاثيني")
    assert (await counter.household(home))["district"] == "03.03"
    await counter.done("household_end", home, reason="emigrated")
    gone = await counter.enter("household_end", home, reason="emigrated", expect=409)
    assert gone["code"] == "household_ended"


async def test_what_was_written_wrongly_is_corrected(counter: Counter) -> None:
    office = counter.office
    home, (head, spouse), (_, other) = await counter.home("spouse")
    was = await counter.citizen(head)
    made = [
        await counter.done("correct_name", home, citizen_id=head, full_name="سارة محمد"),
        await counter.done("correct_birth", home, citizen_id=head, birth_date="1991-02-03"),
        await counter.done("correct_sex", home, citizen_id=head, sex=(other_sex := OTHER_SEX[was["sex"]])),
    ]
    kept = [one["acts"][-1]["note"] for one in made]
    assert kept == [was["full_name"], was["birth_date"], was["sex"]], "what stood there before"
    now = await counter.citizen(head)
    assert (now["full_name"], now["birth_date"], now["sex"]) == ("سارة محمد", "1991-02-03", other_sex)
    same = await counter.enter("correct_name", home, citizen_id=head, full_name="سارة محمد", expect=422)
    assert same["code"] == "nothing_changes"
    at_once = await counter.enter("correct_address", home, archive=[], address="شارع فلسطين")
    assert at_once["state"] == "done"
    assert (await counter.household(home))["address"] == "شارع فلسطين"
    told = await office.events("CitizenUpdated", home)
    assert [one["changed"] for one in told] == [["full_name"], ["birth_date"], ["sex"]]
    assert told[1]["birth_year"] == 1991
    taken = await counter.enter(
        "correct_national_id", home, citizen_id=head, national_id=other["national_id"], expect=409
    )
    assert taken["code"] == "national_id_taken"
    assert spouse


async def test_a_corrected_national_id_still_finds_its_holder_and_nobody_else_gets_it(counter: Counter) -> None:
    office = counter.office
    home, (head,), (body,) = await counter.home()
    number = office.person()["national_id"]
    made = await counter.enter("correct_national_id", home, citizen_id=head, national_id=number)
    assert number not in str(made)
    assert (await counter.read(made))["change"]["national_id"] == number
    await counter.decide(made)
    for one in (number, body["national_id"]):
        found = await office.call("POST", "/v1/citizens/lookup", "citizens:read", json={"national_ids": [one]})
        assert [item["citizen_id"] for item in found["items"]] == [head]
    people = {"governorate": "03", "district": "03.02", "members": [body]}
    refused = await office.call("POST", "/v1/households", "citizens:write", json=people, expect=409)
    assert refused["code"] == "already_registered"
    other, (someone,), _ = await counter.home()
    taken = await counter.enter(
        "correct_national_id", other, citizen_id=someone, national_id=body["national_id"], expect=409
    )
    assert taken["code"] == "national_id_taken"
    back = await counter.done("correct_national_id", home, citizen_id=head, national_id=body["national_id"])
    assert back["state"] == "done"


async def test_a_number_written_wrongly_of_another_is_freed_by_two_and_then_its_bearer_s(counter: Counter) -> None:
    office = counter.office
    home, (head,), (wrong,) = await counter.home()  # typed as another's
    number, right = wrong["national_id"], office.person()["national_id"]
    not_yet = await counter.enter("free_national_id", home, citizen_id=head, national_id=number, expect=422)
    assert not_yet["code"] == "nothing_changes"
    await counter.done("correct_national_id", home, citizen_id=head, national_id=right)
    theirs, (bearer,), _ = await counter.home()
    asked = {"citizen_id": bearer, "national_id": number}
    taken = await counter.enter("correct_national_id", theirs, **asked, expect=409)
    assert "free_national_id" in taken["detail"]
    made = await counter.enter("free_national_id", home, citizen_id=head, national_id=number)
    assert (made["state"], number in str(made)) == ("waiting", False)
    own = {"decision": "approve", "digest": (await counter.read(made))["digest"]}
    path = f"{BASE}/{made['request_id']}/decision"
    refused = await counter.call("POST", path, counter.clerk, "requests:approve", 403, json=own)
    assert refused["code"] == "own_proposal"
    await counter.decide(made)
    await counter.done("correct_national_id", theirs, **asked)
    found = await office.call("POST", "/v1/citizens/lookup", "citizens:read", json={"national_ids": [number, right]})
    assert [one["citizen_id"] for one in found["items"]] == [bearer, head]
    again = await counter.enter("free_national_id", home, citizen_id=head, national_id=number, expect=422)
    assert again["code"] == "nothing_changes"


async def test_documents_are_recognised_sealed_and_each_view_recorded(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, archive=[], citizen_id=head, full_name="هالة سمير")
    path = f"{BASE}/{made['request_id']}/evidence"
    headers = {"Content-Type": "application/pdf"}
    wrong = await counter.call("POST", path, counter.clerk, "requests:write", 415, content=b"MZ", headers=headers)
    assert wrong["code"] == "evidence_not_recognised"
    large = PDF + b" " * 5 * 1024 * 1024
    assert (await counter.call("POST", path, counter.clerk, "requests:write", 413, content=large))["code"]
    for content in (PDF, PNG, JPEG, PDF):
        made = await counter.call("POST", path, counter.clerk, "requests:write", content=content)
    assert [one["media_type"] for one in made["evidence"]] == ["application/pdf", "image/png", "image/jpeg"]
    first = made["evidence"][0]["evidence_id"]
    ((kept,),) = await counter.office.fetch(
        "SELECT content_sealed FROM change_request_evidence WHERE evidence_id = $1", UUID(first)
    )
    assert PDF not in bytes(kept)
    reply = await counter.call("GET", f"{path}/{first}", counter.approver, "requests:approve")
    assert (b64decode(reply["content"]), reply["media_type"]) == (PDF, "application/pdf")
    views = await counter.office.fetch("SELECT who FROM change_request_view WHERE evidence_id = $1", UUID(first))
    assert [row["who"] for row in views] == [f"person:{counter.approver}"]
    seen = await counter.office.call("GET", f"/v1/citizens/{head}/accesses", "citizens:read")
    assert f"person:{counter.approver}" in {one["subject"] for one in seen["items"]}


async def test_nobody_decides_what_is_theirs_nor_what_was_not_shown(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سمير")
    path, seen = f"{BASE}/{made['request_id']}", await counter.read(made)
    body = {"decision": "approve", "digest": seen["digest"]}
    own = await counter.call("POST", f"{path}/decision", counter.clerk, "requests:approve", 403, json=body)
    assert own["code"] == "own_proposal"
    colleague = new_id()  # whoever adds a document, or amends, does not decide either
    await counter.call("POST", f"{path}/evidence", colleague, "requests:write", content=PNG)
    stale = await counter.call("POST", f"{path}/decision", counter.approver, "requests:approve", 409, json=body)
    assert stale["code"] == "proposal_changed"
    fresh = {"decision": "approve", "digest": (await counter.read(made))["digest"]}
    own = await counter.call("POST", f"{path}/decision", colleague, "requests:approve", 403, json=fresh)
    assert own["code"] == "own_proposal"
    machine = await counter.office.call("POST", f"{path}/decision", "requests:approve", json=fresh, expect=403)
    assert machine["code"] == "caller_kind_refused"
    silent = {"decision": "refuse", "digest": fresh["digest"]}
    await counter.call("POST", f"{path}/decision", counter.approver, "requests:approve", 422, json=silent)
    assert (await counter.decide(made))["state"] == "done"
    twice = await counter.call("POST", f"{path}/decision", counter.judge, "requests:approve", 409, json=fresh)
    assert twice["code"] == "change_request_state"


async def test_what_touches_a_household_of_elsewhere_is_not_there(counter: Counter) -> None:
    here, (head,), _ = await counter.home()
    there, (other, child), _ = await counter.home("child", governorate="19")
    assert (await counter.enter("household_end", there, reason="x_y", expect=404))["code"] == "not_found"
    assert (await counter.enter("merge", here, into=there, expect=404))["code"] == "not_found"
    assert (await counter.enter("marriage", here, citizen_id=child, expect=404))["code"] == "not_found"
    assert (await counter.enter("death", here, citizen_id=other, expect=404))["code"] == "not_found"
    made = await counter.enter("correct_name", here, citizen_id=head, full_name="هالة سمير")
    elsewhere = Counter(counter.office, area="19")
    for action, body in (("decision", {"decision": "approve", "digest": "0" * 64}), ("claim-decision", None)):
        body = body or {"decision": "waive", "note": "x"}
        path = f"{BASE}/{made['request_id']}/{action}"
        gone = await elsewhere.call("POST", path, elsewhere.approver, "requests:approve", 404, json=body)
        assert gone["code"] == "change_request_not_found"


async def test_the_same_is_asked_for_once_at_a_time_and_withdrawn_by_whom_it_is(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سمير")
    again = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سعيد", expect=409)
    assert again["code"] == "change_request_open"
    path, body = f"{BASE}/{made['request_id']}/withdrawal", {"note": "entered twice"}
    stranger = await counter.call("POST", path, new_id(), "requests:write", 403, json=body)
    assert stranger["code"] == "not_the_proposer"
    gone = await counter.call("POST", path, counter.clerk, "requests:write", json=body)
    assert gone["state"] == "withdrawn"
    await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سعيد")


async def test_a_repeat_with_its_key_enters_nothing_twice(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    change = {"kind": "correct_sex", "household_id": home, "fact_on": counter.today.isoformat(), "citizen_id": head}
    sex = "female" if (await counter.citizen(head))["sex"] == "male" else "male"
    body = {"change": change | {"sex": sex}, "archive_references": ARCHIVE}
    headers = {"Idempotency-Key": str(new_id())}
    first, second = [
        await counter.call("POST", BASE, counter.clerk, "requests:write", 201, json=body, headers=headers)
        for _ in range(2)
    ]
    assert first == second


async def test_requests_are_listed_by_filters_and_escalated_when_nobody_decides(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سمير")

    async def listed(**wanted: Any) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in ({"limit": 200} | wanted).items())
        page = await counter.call("GET", f"{BASE}?{query}", counter.clerk, "requests:write")
        return [one["request_id"] for one in page["items"]]

    mine = made["request_id"]
    assert await listed(household_id=home) == [mine]
    assert await listed(household_id=home, kind="death") == []
    assert await listed(household_id=home, state="waiting", overdue="false") == [mine]
    await counter.at(40)
    assert await listed(household_id=home, overdue="true") == [mine]
    escalated = await counter.read(made)
    assert escalated["overdue"]
    assert escalated["escalated_at"]
    (told,) = await counter.office.events("ChangeRequestOverdue", home)
    assert (told["request_id"], told["appeal"]) == (mine, False)
    await counter.at(0)
    assert len(await counter.office.events("ChangeRequestOverdue", home)) == 1
    since = escalated["updated_at"].replace("+", "%2B")
    assert mine in await listed(changed_since=since)
    unknown = await counter.call("GET", f"{BASE}?colour=red", counter.clerk, "requests:write", 422)
    assert unknown["code"] == "invalid_request"
    await counter.enter("correct_address", home, address="شارع الجمهورية")
    clerk = counter.office.issuer.person("requests:write", person_id=counter.clerk, governorate="03")
    await check_pages(counter.office.client, clerk, f"{BASE}?household_id={home}", 2)


async def test_nothing_personal_stands_in_what_two_persons_decide(counter: Counter) -> None:
    home, (head,), _ = await counter.home()
    made = await counter.enter("correct_name", home, citizen_id=head, full_name="هالة سمير")
    rows = await counter.office.fetch(
        "SELECT to_jsonb(p)::text AS one FROM proposal p WHERE subject = $1"
        " UNION ALL SELECT to_jsonb(r)::text FROM change_request r WHERE request_id::text = $1",
        made["request_id"],
    )
    assert len(rows) == 2
    assert all("هالة" not in row["one"] for row in rows)
