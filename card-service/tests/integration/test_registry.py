from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from card_service.accesses.models import GENESIS, Access, chained
from chassis.contact import Contact
from chassis.idempotency import fingerprint
from chassis.ids import new_id
from chassis.sealing import SealBroken
from chassis.testing import eventually, everything_stored, execute_as_owner
from chassis.testing_events import Outside
from contracts.card import ContactChanged

from ..change_requests import Counter

if TYPE_CHECKING:
    from ..conftest import Office

READ = "citizens:read"
WRITE = "citizens:write"
LOOKUP = "/v1/citizens/lookup"


async def test_a_household_is_registered_and_told_of(office: Office) -> None:
    made, people = await office.household("spouse", "child")
    assert made["revision"] == 1
    assert [member["role"] for member in made["members"]] == ["head", "spouse", "child"]
    assert made["members"][0]["national_id_masked"] == "*" * 10 + people[0]["national_id"][-4:]
    assert made["members"][0]["mobile_masked"].startswith("+2010")
    home = made["household_id"]
    (changed,) = await office.events("HouseholdChanged", home)
    assert (len(changed["members"]), changed["revision"], changed["governorate"]) == (3, 1, "03")
    assert await office.events("HouseholdChanged", home, version=1) == []
    registered = await office.events("CitizenRegistered", home)
    assert [event["is_head"] for event in registered] == [True, False, False]
    assert {event["birth_year"] for event in registered} == {1990, 2015}
    contacts = [event for one in made["members"] for event in await office.events("ContactChanged", one["citizen_id"])]
    assert [event["mobile"] for event in contacts] == ["+2" + person["mobile"] for person in people]
    assert contacts[0]["given_name"] == "منى"


async def test_nothing_personal_is_stored_in_the_clear(office: Office) -> None:
    _, people = await office.household("spouse")
    tables = await office.fetch("SELECT to_jsonb(c)::text AS row FROM citizen c")
    events = await office.fetch(
        "SELECT convert_from(payload, 'utf8') AS row FROM outbox WHERE topic = 'card.events.v1'"
    )
    stored = " ".join(row["row"] for row in [*tables, *events])
    for person in people:
        assert person["national_id"] not in stored
        assert person["mobile"][1:] not in stored


async def test_names_and_numbers_lie_in_no_event_and_no_stored_reply(office: Office) -> None:
    name, headers = "كناري عبد الواحد", office.issuer.headers("ministry", WRITE)
    person = office.person(full_name=name)
    body = {"governorate": "03", "district": "03.02", "address": "y", "members": [person]}
    first = await office.client.post("/v1/households", json=body, headers=headers)
    assert first.status_code == 201, first.text
    citizen_id = first.json()["members"][0]["citizen_id"]
    home = first.json()["household_id"]
    change = {"kind": "mobile", "household_id": home, "fact_on": f"{office.runtime.clock.today()}"}
    change |= {"citizen_id": citizen_id, "mobile": "01512121212", "proof": "old_number"}
    again = {**office.issuer.headers("ministry", "requests:write"), "Idempotency-Key": "a mobile"}
    asked = "/v1/change-requests"
    replies = [await office.client.post(asked, json={"change": change}, headers=again) for _ in range(2)]
    assert [reply.headers.get("idempotency-replayed") for reply in replies] == [None, "true"]
    assert replies[0].content == replies[1].content
    repeated = await office.client.post("/v1/households", json=body, headers=headers)
    assert (repeated.status_code, repeated.content) == (201, first.content)

    stored = await everything_stored(office.settings.database_url)
    outside = Outside(office.settings.kafka_bootstrap, office.settings.topic_prefix)
    told = await outside.heard(ContactChanged, lambda event: str(event.citizen_id) == citizen_id)
    texts = {**{table: text for table, text in stored.items() if table != "citizen"}, "topic": told.model_dump_json()}
    for word in ("كناري", "1512121212", person["mobile"][1:], person["national_id"]):
        bare = {
            table
            for table, text in texts.items()
            if word in text or word in text.encode("latin-1", "ignore").decode("utf-8", "ignore")
        }
        assert bare == set(), word
    contact = Contact.open(office.runtime.state.dependencies.contacts, told.citizen_id, told.sealed)
    assert (contact.given_name, contact.mobile) == ("كناري", "+2" + person["mobile"])
    with pytest.raises(SealBroken):
        Contact.open(office.runtime.state.dependencies.contacts, new_id(), told.sealed)


async def test_a_reply_kept_before_they_were_sealed_answers_its_repeat(office: Office) -> None:
    made, _ = await office.household()
    path, body = f"/v1/cards/{made['members'][0]['citizen_id']}/block", b'{"reason": "lost"}'
    headers = {**office.issuer.headers("ministry", "cards:write"), "Content-Type": "application/json"}
    await office.fetch(
        "INSERT INTO idempotency (caller, key, request_hash, status, media_type, body)"
        " VALUES ('ministry', $1, $2, 200, 'application/json', $3)",
        headers["Idempotency-Key"], fingerprint("POST", path, body), b'{"as": "it was"}',
    )  # fmt: skip
    again = await office.client.post(path, content=body, headers=headers)
    assert (again.status_code, again.content) == (200, b'{"as": "it was"}')
    other = await office.client.post(path, content=b'{"reason":"stolen"}', headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_citizen_has_one_household(office: Office) -> None:
    made, people = await office.household()
    again: dict[str, Any] = {
        "governorate": "03",
        "district": "03.02",
        "members": [office.person(), dict(people[0], role="other")],
    }
    problem = await office.call("POST", "/v1/households", WRITE, json=again, expect=409)
    assert problem["code"] == "already_registered"
    assert problem["title_ar"]
    assert len((await office.call("GET", f"/v1/households/{made['household_id']}", READ))["members"]) == 1
    newcomer = {"national_id": again["members"][0]["national_id"]}
    assert (await office.call("POST", "/v1/citizens/search", READ, json=newcomer))["items"] == []


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([{"role": "spouse"}], "head_missing"),
        ([{}, {}], "several_heads"),
        ([{"national_id": "123"}], "head_rejected"),
        ([{"full_name": "=1+1"}], "name_invalid"),
        ([{}, {"role": "child", "mobile": "0661234567"}], "mobile_invalid"),
    ],
)
async def test_a_faulty_household_is_refused_whole(office: Office, members: list[dict[str, str]], code: str) -> None:
    body: dict[str, Any] = {
        "governorate": "03",
        "district": "03.02",
        "members": [office.person() | given for given in members],
    }
    problem = await office.call("POST", "/v1/households", WRITE, json=body, expect=422)
    assert problem["code"] == "registration_refused"
    assert code in {rejection["code"] for rejection in problem["rejections"]} | {"head_rejected"}
    assert all(rejection["reason_ar"] for rejection in problem["rejections"])
    found = await office.call("POST", "/v1/citizens/search", READ, json={"mobile": body["members"][0]["mobile"]})
    assert found["items"] == []


async def test_the_same_person_twice_in_one_household_is_refused(office: Office) -> None:
    head = office.person()
    body = {"governorate": "03", "district": "03.02", "members": [head, dict(head, role="other")]}
    problem = await office.call("POST", "/v1/households", WRITE, json=body, expect=422)
    assert [(r["member"], r["code"]) for r in problem["rejections"]] == [(1, "duplicate_in_file")]


async def test_members_come_and_go(office: Office) -> None:
    made, _ = await office.household()
    path = f"/v1/households/{made['household_id']}"
    son = office.person("other")
    joined = await office.joined(made["household_id"], son)
    grown = await office.call("GET", path, READ)
    assert (grown["revision"], len(grown["members"])) == (2, 2)
    await office.changed("removal", made["household_id"], citizen_id=joined, reason="abroad")
    left = await office.call("GET", path, READ)
    assert (left["revision"], len(left["members"])) == (3, 1)
    sizes = [(e["revision"], len(e["members"])) for e in await office.events("HouseholdChanged", made["household_id"])]
    assert sizes == [(1, 1), (2, 2), (3, 1)]
    assert (await office.events("ContactChanged", joined))[-1]["mobile"] is None
    assert (await office.call("GET", f"/v1/citizens/{joined}", READ))["household_id"] is None
    assert await office.joined(made["household_id"], son) == joined
    assert (await office.call("GET", f"/v1/citizens/{joined}", READ))["mobile_usable"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/v1/citizens/{citizen}"),
        ("POST", "/v1/households/{home}/members"),
        ("DELETE", "/v1/households/{home}/members/{citizen}"),
    ],
)
async def test_nobody_changes_the_register_directly(office: Office, method: str, path: str) -> None:
    made, _ = await office.household("spouse")
    path = path.format(home=made["household_id"], citizen=made["members"][1]["citizen_id"])
    headers = office.issuer.headers("ministry", WRITE)
    body: dict[str, Any] = {"mobile": None} if method == "PATCH" else office.person("other")
    reply = await office.client.request(method, path, json=body, headers=headers)
    assert reply.status_code in {404, 405}, reply.text
    after = await office.call("GET", f"/v1/households/{made['household_id']}", READ)
    assert (after["revision"], after["members"]) == (made["revision"], made["members"])


async def test_a_citizens_name_and_mobile_can_change(office: Office) -> None:
    made, _ = await office.household()
    citizen_id = made["members"][0]["citizen_id"]
    path, home = f"/v1/citizens/{citizen_id}", made["household_id"]
    await office.changed("correct_name", home, citizen_id=citizen_id, full_name="سارة  محمد")
    await office.changed("mobile", home, citizen_id=citizen_id, mobile="٠١٥٠٠٠٠٠٠٠٧", proof="old_number")
    changed = await office.call("GET", path, READ)
    assert changed["full_name"] == "سارة محمد"
    assert changed["mobile_masked"] == "+2015*****007"
    assert [one["changed"] for one in await office.events("CitizenUpdated", home)] == [["full_name"], ["mobile"]]
    latest = (await office.events("ContactChanged", citizen_id))[-1]
    assert (latest["mobile"], latest["given_name"]) == ("+201500000007", "سارة")
    counter = Counter(office)
    unseen = await counter.enter("mobile", home, citizen_id=citizen_id, mobile=None, proof="old_number", expect=422)
    assert unseen["code"] == "invalid_request"
    await office.changed("mobile", home, citizen_id=citizen_id, mobile=None, proof="counter")
    assert (await office.call("GET", path, READ))["mobile_masked"] is None
    assert (await office.events("ContactChanged", citizen_id))[-1]["mobile"] is None
    (warned,) = [one for one in await office.events("MobileChanging", citizen_id) if one["mobile"] == "+201500000007"]
    assert warned["given_name"] == "سارة"
    none = await counter.enter("mobile", home, citizen_id=citizen_id, mobile=None, proof="counter", expect=409)
    assert none["code"] == "no_old_number"
    wrong = await counter.enter("mobile", home, citizen_id=citizen_id, mobile="12", proof="counter", expect=422)
    assert wrong["code"] == "change_value_refused"


async def test_citizens_are_found_by_national_id_or_mobile(office: Office) -> None:
    made, (head,) = await office.household()
    spoken = head["national_id"].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for body in ({"national_id": spoken}, {"mobile": "+2" + head["mobile"]}):
        found = await office.call("POST", "/v1/citizens/search", READ, json=body)
        assert [one["citizen_id"] for one in found["items"]] == [made["members"][0]["citizen_id"]]
    nobody = await office.call(
        "POST", "/v1/citizens/search", READ, json={"national_id": office.person()["national_id"]}
    )
    assert nobody["items"] == []
    for body in ({}, {"national_id": "1", "mobile": "1"}, {"national_id": "12"}):
        await office.call("POST", "/v1/citizens/search", READ, json=body, expect=422)


async def test_many_citizens_are_looked_up_by_their_national_ids(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    made, people = await office.household("spouse")
    ids = {one["role"]: one["citizen_id"] for one in made["members"]}
    numbers = {one["role"]: one["national_id"] for one in people}
    spoken = numbers["head"].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    stranger = office.person()["national_id"]
    asked = [stranger, numbers["spouse"], "12", spoken, numbers["head"], numbers["head"][:-1] + "x"]
    found = await office.call("POST", LOOKUP, READ, json={"national_ids": asked}, subject="pensions")
    named = [(one["position"], one["citizen_id"], one["household_id"]) for one in found["items"]]
    home = made["household_id"]
    assert named == [(1, ids["spouse"], home), (3, ids["head"], home), (4, ids["head"], home)]
    unknown = [(0, "not_registered"), (2, "national_id_length"), (5, "national_id_not_digits")]
    assert [(one["position"], one["code"]) for one in found["unknown"]] == unknown
    assert all(re.search("[\u0600-\u06ff]", one["reason_ar"]) for one in found["unknown"])
    written = json.dumps(found) + "".join(capfd.readouterr())
    assert not [number for number in (*numbers.values(), stranger) if number in written]
    # each citizen's access is logged once, however often the id was asked for
    for role in ids:
        seen = await office.call("GET", f"/v1/citizens/{ids[role]}/accesses", READ)
        assert [one["action"] for one in seen["items"] if one["subject"] == "pensions"] == ["found"]


async def test_a_body_of_another_type_is_called_by_it(office: Office) -> None:
    body: dict[str, Any] = {
        "content": "national_ids=1",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    }
    problem = await office.call("POST", LOOKUP, READ, expect=422, **body)
    for words in (problem["detail"], problem["detail_ar"]):
        assert "application/x-www-form-urlencoded" in words
        assert "application/json" in words


async def test_one_empty_cell_in_a_lookup_of_many_names_itself(office: Office) -> None:
    _, (head, *_) = await office.household()
    number = head["national_id"]
    asked = [number] * 994 + ["", None, "  ", "9" * 300, "2.90101E+13", number]
    found = await office.call("POST", LOOKUP, READ, json={"national_ids": asked})
    assert len(found["items"]) == 995
    codes = {one["position"]: one["code"] for one in found["unknown"]}
    missing = dict.fromkeys((994, 995, 996), "national_id_missing")
    assert codes == missing | {997: "national_id_length", 998: "national_id_ruined"}
    payees = await office.call("POST", "/v1/payee-lookups", "payees:resolve", json={"national_ids": asked})
    assert len(payees["items"]) == 995
    assert {one["position"] for one in payees["unknown"]} == {994, 995, 996, 997, 998}


async def test_a_lookup_has_its_limits(office: Office) -> None:
    made, (head,) = await office.household()
    asked = {"national_ids": [head["national_id"]]}
    elsewhere = await office.call("POST", LOOKUP, READ, json=asked, claims={"governorate": "04"})
    assert (elsewhere["items"], elsewhere["unknown"][0]["code"]) == ([], "not_registered")
    here = await office.call("POST", LOOKUP, READ, json=asked, claims={"governorate": "03"})
    assert [one["citizen_id"] for one in here["items"]] == [made["members"][0]["citizen_id"]]
    await office.call("POST", LOOKUP, "cards:handover", json=asked, expect=403)
    most = [head["national_id"]] * 1000
    assert len((await office.call("POST", LOOKUP, READ, json={"national_ids": most}))["items"]) == 1000
    for wrong in ([], [*most, head["national_id"]], [""], [7]):
        refused = await office.call("POST", LOOKUP, READ, json={"national_ids": wrong}, expect=422)
        assert head["national_id"] not in json.dumps(refused)


async def test_what_lies_in_another_governorate_is_not_there(office: Office, random_id: UUID) -> None:
    made, (head,) = await office.household()
    elsewhere: dict[str, Any] = {"claims": {"governorate": "04"}}
    citizen_id = made["members"][0]["citizen_id"]
    for path in (f"/v1/households/{made['household_id']}", f"/v1/citizens/{citizen_id}", f"/v1/citizens/{random_id}"):
        assert (await office.call("GET", path, READ, expect=404, **elsewhere))["code"] == "not_found"
    asked = {"kind": "mobile", "citizen_id": citizen_id, "mobile": None, "proof": "counter"}
    asked |= {"household_id": made["household_id"], "fact_on": f"{office.runtime.clock.today()}"}
    change: dict[str, Any] = {"json": {"change": asked}, "expect": 404}
    await office.call("POST", "/v1/change-requests", "requests:write", **change, **elsewhere)
    found = await office.call(
        "POST", "/v1/citizens/search", READ, json={"national_id": head["national_id"]}, **elsewhere
    )
    assert found["items"] == []
    body: dict[str, Any] = {"governorate": "03", "district": "03.02", "members": [office.person()]}
    refused = await office.call("POST", "/v1/households", WRITE, json=body, expect=403, **elsewhere)
    assert refused["code"] == "outside_governorate_of_caller"
    await office.call("GET", f"/v1/citizens/{citizen_id}", READ, claims={"governorate": "03"})


async def test_scopes_are_needed(office: Office) -> None:
    made, _ = await office.household()
    path = f"/v1/households/{made['household_id']}"
    await office.call("GET", path, "cards:read", expect=403)
    await office.call("POST", "/v1/households", READ, json={}, expect=403)
    await office.call("POST", "/v1/imports", WRITE, content=b"x", expect=403)
    assert (await office.client.get(path)).status_code == 401


async def test_a_repeat_gets_the_first_reply(office: Office) -> None:
    body: dict[str, Any] = {"governorate": "03", "district": "03.02", "members": [office.person()]}
    headers = office.issuer.headers("ministry", WRITE)
    first = await office.client.post("/v1/households", json=body, headers=headers)
    again = await office.client.post("/v1/households", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await office.client.post("/v1/households", json=body | {"district": "03.03"}, headers=headers)
    assert other.status_code == 422
    del headers["Idempotency-Key"]
    assert (await office.client.post("/v1/households", json=body, headers=headers)).status_code == 400


async def test_every_access_is_recorded(office: Office) -> None:
    made, (head,) = await office.household()
    citizen_id = made["members"][0]["citizen_id"]
    await office.call("GET", f"/v1/citizens/{citizen_id}", READ, subject="registrar")
    await office.call("POST", "/v1/citizens/search", READ, json={"national_id": head["national_id"]}, subject="desk")
    path = f"/v1/citizens/{citizen_id}/accesses"
    seen = await office.call("GET", path, READ)
    expected = [("desk", "found"), ("registrar", "read"), ("ministry", "registered")]
    assert [(one["subject"], one["action"]) for one in seen["items"]] == expected
    first = await office.call("GET", f"{path}?limit=1", READ)
    rest = await office.call("GET", f"{path}?limit=5&after={first['next']}", READ)
    assert [one["subject"] for one in rest["items"]] == ["registrar", "ministry"]
    assert rest["next"] is None
    # that somebody looked at this list is recorded too, and not shown in it
    statement = "SELECT who, classes FROM record WHERE classes = 'accesses' AND citizen_id = $1"
    looked = await office.fetch(statement, citizen_id)
    assert {(row["who"], row["classes"]) for row in looked} == {("ministry", "accesses")}


async def test_the_log_of_an_earlier_version_is_shown_behind_the_record_and_stays_chained(office: Office) -> None:
    made, _ = await office.household()
    citizen_id = made["members"][0]["citizen_id"]
    for n, who in enumerate(("earlier", "later")):
        await office.fetch(
            "INSERT INTO access_pending (access_id, citizen_id, subject, action, purpose, request_id, accessed_at)"
            " VALUES ($1, $2, $3, 'read', 'citizen_lookup', 'r', now())",
            UUID(int=2**120 + n),
            citizen_id,
            who,
        )
    path = f"/v1/citizens/{citizen_id}/accesses"
    seen = await office.call("GET", path, READ)
    assert [one["subject"] for one in seen["items"]] == ["ministry", "later", "earlier"]

    async def all_chained() -> bool:
        return await office.fetch("SELECT 1 FROM access_pending") == []

    await eventually(all_chained)
    assert (await office.call("GET", path, READ))["items"] == seen["items"]
    assert await first_break(office) is None
    rewriting, off = "UPDATE access_log SET subject = 'nobody'", "DISABLE TRIGGER access_log_is_append_only"
    for statement in (rewriting, "DELETE FROM access_log", "TRUNCATE access_log", f"ALTER TABLE access_log {off}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await office.fetch(statement)
    url = office.settings.database_url
    for statement in (rewriting, "DELETE FROM access_log"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await execute_as_owner(url, statement)
    await execute_as_owner(url, f"ALTER TABLE access_log {off}", f"{rewriting} WHERE position = 2")
    assert await first_break(office) == 2


async def first_break(office: Office) -> int | None:
    """The first position where the chain does not hold (an entry changed, removed or put in), None if it does."""
    names = ", ".join(Access.__slots__)
    digest = GENESIS
    rows = await office.fetch(f"SELECT position, hash, {names} FROM access_log ORDER BY position")
    for expected, row in enumerate(rows, start=1):
        digest = chained(digest, row["position"], Access(*(row[name] for name in Access.__slots__)))
        if row["position"] != expected or digest != row["hash"]:
            return expected
    return None


async def test_all_that_is_held_on_a_citizen_is_given_opened(office: Office) -> None:
    made, (head, *_) = await office.household("child")
    citizen_id = made["members"][0]["citizen_id"]
    path = f"/v1/records/card/held/{citizen_id}?household_id={made['household_id']}"
    held = (await office.call("GET", path, "records:collect"))["tables"]
    assert [one["national_id_sealed"] for one in held["citizen"]] == [head["national_id"]]
    assert "national_id_hash" not in held["citizen"][0]
    assert [one["household_id"] for one in held["household"]] == [made["household_id"]]
