"""Which offices have seen a citizen's data, over all services, in words; and a copy of all that is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from approvals.testing import decide
from chassis.ids import new_id
from chassis.paging import LAST_ID
from chassis.records.reading import About, find
from chassis.testing import quickest

from .conftest import Gateway, GatewaySigner

CITIZEN, CARD, HOUSEHOLD = new_id(), new_id(), new_id()


def record(**changed: Any) -> dict[str, Any]:
    given = {
        "record_id": str(new_id()),
        "at": datetime.now(UTC).isoformat(),
        "who": "person:somebody",
        "kind": "person",
        "office": "pensions",
        "roles": "registry-clerk",
        "purpose": "citizen_lookup",
        "case_number": None,
        "action": "read",
        "outcome": "done",
        "classes": "identity contact",
    }
    return given | changed


class Others:
    """The services, as far as the gateway gathers from them."""

    def __init__(self) -> None:
        self.recorded: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[httpx.Request] = []
        self.away: set[str] = set()

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        service, what = request.url.path.split("/")[3:5]
        if service in self.away:
            return httpx.Response(503)
        if what == "held":
            citizen = {"citizen_id": str(CITIZEN), "household_id": str(HOUSEHOLD), "full_name": "Mona"}
            known = [citizen] if request.url.path.endswith(str(CITIZEN)) else []
            return httpx.Response(
                200, json={"service": service, "tables": {"citizen": known, "card": [{"card_id": str(CARD)}]}}
            )
        before, limit = request.url.params["after"], int(request.url.params["limit"])
        found = sorted(
            (one for one in self.recorded.get(service, ()) if one["record_id"] < before),
            key=lambda one: str(one["record_id"]),
        )
        return httpx.Response(200, json={"items": found[::-1][: limit + 1]})


@pytest.fixture
def others(gateway: Gateway) -> Others:
    """Stands for the five services."""
    made = Others()
    gateway.runtime.state.gatherer.clients = {
        name: httpx.AsyncClient(transport=httpx.MockTransport(made.answer), base_url="http://other")
        for name in ("card", "supply", "health", "payment", "notify")
    }
    return made


def as_citizen(gateway: Gateway, citizen_id: UUID = CITIZEN) -> dict[str, str]:
    session = {"sid": str(new_id()), "client_id": "app"}
    return gateway.signed("disclosures:read data:export", subject=f"citizen:{citizen_id}", kind="citizen", **session)


PATH = f"/v1/citizens/{CITIZEN}/disclosures"


async def test_citizens_read_office_role_purpose_and_time_in_words(gateway: Gateway, others: Others) -> None:
    others.recorded = {"card": [record()], "health": [record(kind="terminal", roles="", office=None, purpose=None)]}
    reply = await gateway.client.get(PATH, headers=as_citizen(gateway))
    assert reply.status_code == 200, reply.text
    second, first = reply.json()["items"]
    assert (first["service"], first["office"], first["role_ar"]) == ("card", "pensions", "موظف سجل الأسر")
    assert (first["action_en"], first["purpose_ar"]) == ("looked at", "الاطلاع على التسجيل")
    assert first["data_en"] == "name, national id and date of birth; telephone number and address"
    assert (second["service"], second["office_ar"]) == ("health", "ماكينة في منفذ أو مخبز أو عيادة")
    assert "somebody" not in reply.text  # the clerk is not named
    asked = [request for request in others.asked if "/about/" in request.url.path]
    assert {request.url.params["card_id"] for request in asked} == {str(CARD)}
    assert {request.url.params["household_id"] for request in asked} == {str(HOUSEHOLD)}


async def test_nobody_reads_anothers(gateway: Gateway, others: Others) -> None:
    strange = {
        "another citizen": as_citizen(gateway, new_id()),
        "an office of one governorate": gateway.person("disclosures:read", gov="03"),
        "nobody known": as_citizen(gateway),
    }
    for who, headers in strange.items():
        path = PATH if who != "nobody known" else f"/v1/citizens/{new_id()}/disclosures"
        assert (await gateway.client.get(path, headers=headers)).status_code == 404, who
    assert (await gateway.client.get(PATH, headers=gateway.signed("citizens:read"))).status_code == 403
    assert (await gateway.client.get(PATH, headers=gateway.person("disclosures:read"))).status_code == 200
    # whoever looked is in the record, and so is who was refused
    rows = await gateway.runtime.pool.fetch(
        "SELECT kind, outcome FROM record WHERE citizen_id = $1 AND classes = 'accesses'", CITIZEN
    )
    assert {("citizen", "not_found"), ("person", "not_found"), ("person", "done")} <= {tuple(row) for row in rows}


async def test_what_the_gateway_gathers_with_is_for_the_gateway_alone(gateway: Gateway, others: Others) -> None:
    await gateway.client.get(PATH, headers=as_citizen(gateway))
    token = others.asked[0].headers["authorization"].removeprefix("Bearer ")
    caller = gateway.runtime.verifier.verify(token)
    assert (caller.subject, caller.scopes) == ("gateway", frozenset({"records:collect"}))
    citizen = as_citizen(gateway)
    assert (await gateway.client.get(f"/v1/records/gateway/about/{CITIZEN}", headers=citizen)).status_code == 403


async def test_pages_over_all_services_and_none_is_left_out(gateway: Gateway, others: Others) -> None:
    services = ("card", "supply", "health", "payment", "notify")
    made = [(service, record()) for _ in range(5) for service in services]
    others.recorded = {name: [one for service, one in made if service == name] for name in services}
    seen: list[str] = []
    after = ""
    while True:
        reply = (await gateway.client.get(f"{PATH}?limit=4{after}", headers=as_citizen(gateway))).json()
        seen += [item["record_id"] for item in reply["items"] if item["service"] != "gateway"]
        if reply["next"] is None:
            break
        after = f"&after={reply['next']}"
    assert seen == [one["record_id"] for _, one in reversed(made)]
    others.away = {"health"}
    reply = await gateway.client.get(PATH, headers=as_citizen(gateway))
    assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")


async def test_an_investigation_holds_a_case_back_by_two_persons(gateway: Gateway, others: Others) -> None:
    others.recorded = {"card": [record(case_number="2026/9"), record()]}
    asker, decider = new_id(), new_id()
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    body = {"case_number": "2026/9", "reason": "an inquiry into fraud", "until": until}
    path = f"/v1/citizens/{CITIZEN}/disclosure-delays"

    async def post(url: str, person_id: UUID, **more: Any) -> httpx.Response:
        return await gateway.client.post(url, headers=gateway.person("privacy:write", person_id=person_id), **more)

    assert (await gateway.client.post(path, headers=gateway.signed("privacy:write"), json=body)).status_code == 403
    asked = await post(path, asker, json=body)
    assert asked.status_code == 201, asked.text
    assert len(await listed(gateway, as_citizen(gateway))) == 2  # nothing is held back yet
    approval = f"{path}/{asked.json()['delay_id']}/approval"
    assert (await post(approval, asker)).json()["code"] == "own_disclosure_delay"
    assert (await post(approval, decider)).status_code == 200
    assert (await post(approval, new_id())).json()["code"] == "disclosure_delay_decided"
    assert len(await listed(gateway, as_citizen(gateway))) == 1
    assert len(await listed(gateway, gateway.person("disclosures:read"))) == 2
    listing = await gateway.client.get(path, headers=gateway.person("privacy:write"))
    held = {one["delay_id"]: one for one in listing.json()["items"]}[asked.json()["delay_id"]]
    assert (held["case_number"], held["state"], held["decided"]) == ("2026/9", "approved", True)
    assert (await gateway.client.get(path, headers=gateway.person("privacy:write", gov="03"))).status_code == 404
    assert (await gateway.client.get(path, headers=gateway.signed("privacy:write"))).status_code == 403
    too_long = {**body, "until": (datetime.now(UTC) + timedelta(days=400)).date().isoformat()}
    assert (await post(path, asker, json=too_long)).json()["code"] == "disclosure_delay_too_long"


async def test_a_delay_is_a_proposal_like_every_other(gateway: Gateway, others: Others) -> None:
    others.recorded = {"card": [record(case_number="2026/10"), record()]}
    asker, decider, citizen = new_id(), new_id(), CITIZEN
    body = {
        "case_number": "2026/10",
        "reason": "an inquiry",
        "until": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
    }
    path = f"/v1/citizens/{citizen}/disclosure-delays"
    signer = GatewaySigner(gateway)

    async def ask() -> dict[str, Any]:
        reply = await gateway.client.post(path, headers=gateway.person("privacy:write", person_id=asker), json=body)
        assert reply.status_code == 201, reply.text
        found: dict[str, Any] = reply.json()
        return found

    asked = await ask()
    seen = await decide(
        gateway.client, signer, "gateway", asked["proposal_id"], "privacy:write", person_id=asker, expect=403
    )
    assert seen["code"] == "own_proposal"
    grantors: dict[str, Any] = {"person_id": decider, "grantors": [f"person:{asker}"]}
    seen = await decide(
        gateway.client, signer, "gateway", asked["proposal_id"], "privacy:write", expect=403, **grantors
    )
    assert seen["code"] == "decider_not_independent"
    shown = await gateway.client.get(
        f"/v1/proposals/gateway/{asked['proposal_id']}", headers=gateway.person("privacy:write")
    )
    assert "2026/10" not in shown.text
    assert str(citizen) not in shown.text
    await decide(
        gateway.client, signer, "gateway", asked["proposal_id"], "privacy:write", person_id=decider, decision="refuse"
    )
    approval = f"{path}/{asked['delay_id']}/approval"
    late = await gateway.client.post(approval, headers=gateway.person("privacy:write", person_id=decider))
    assert late.json()["code"] == "disclosure_delay_decided"
    assert len(await listed(gateway, as_citizen(gateway))) == 2
    changed = await ask()
    await gateway.runtime.pool.execute(
        "UPDATE disclosure_delay SET case_number = 'another' WHERE delay_id = $1", UUID(changed["delay_id"])
    )
    other = await gateway.client.post(
        f"{path}/{changed['delay_id']}/approval", headers=gateway.person("privacy:write", person_id=decider)
    )
    assert (other.status_code, other.json()["code"]) == (409, "proposal_changed")
    again = await ask()
    await decide(gateway.client, signer, "gateway", again["proposal_id"], "privacy:write", person_id=decider)
    assert len(await listed(gateway, as_citizen(gateway))) == 1


async def test_a_copy_of_all_that_is_held(gateway: Gateway, others: Others) -> None:
    path = f"/v1/citizens/{CITIZEN}/data-export"
    reply = await gateway.client.get(path, headers=as_citizen(gateway))
    assert reply.status_code == 200, reply.text
    assert set(reply.json()["services"]) == {"card", "supply", "health", "payment", "notify", "gateway"}
    assert reply.json()["services"]["card"]["citizen"][0]["full_name"] == "Mona"
    assert (await gateway.client.get(path, headers=as_citizen(gateway, new_id()))).status_code == 404


async def test_the_copy_has_the_sign_ins_and_does_not_tell_what_is_investigated(
    gateway: Gateway, others: Others
) -> None:
    today, pool = datetime.now(UTC).date(), gateway.runtime.pool
    for case, until in (("1/over", today - timedelta(days=2)), ("2/goes-on", today + timedelta(days=9))):
        await pool.execute(
            "INSERT INTO disclosure_delay (delay_id, citizen_id, case_number, reason, until, asked_by, asked_at)"
            " VALUES (gen_random_uuid(), $1, $2, 'looked into', $3, 'somebody', now())",
            CITIZEN, case, until,
        )  # fmt: skip
    await pool.execute(
        "INSERT INTO code_challenge (challenge_id, citizen_id, person_mark, marked_with, code_mark, tries_left,"
        " sent_at, expires_at) VALUES (gen_random_uuid(), $1, '', 'x', sha256('1'), 5, now(), now())",
        CITIZEN,
    )
    path = f"/v1/citizens/{CITIZEN}/data-export"

    async def own(headers: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
        reply = await gateway.client.get(path, headers=headers)
        assert reply.status_code == 200, reply.text
        tables: dict[str, list[dict[str, Any]]] = reply.json()["services"]["gateway"]
        return tables

    mine = await own(as_citizen(gateway))
    assert [one["case_number"] for one in mine["disclosure_delay"] if "/" in one["case_number"]] == ["1/over"]
    assert len(mine["code_challenge"]) == 1
    assert not {"code_mark", "person_mark"} & mine["code_challenge"][0].keys()
    said = gateway.person("data:export") | {"Purpose": "complaint of the citizen", "Case-Number": "2026/17"}
    cases = {one["case_number"] for one in (await own(said))["disclosure_delay"]}
    assert {"1/over", "2/goes-on"} <= cases


async def test_a_page_of_ten_thousand_entries_comes_soon(gateway: Gateway, others: Others) -> None:
    citizen = new_id()
    names = ", ".join(
        ("record_id", "at", "who", "kind", "roles", "request_id", "operation", "action", "outcome", "classes")
    )
    await gateway.runtime.pool.execute(
        f"INSERT INTO record ({names}, citizen_id) SELECT uuidv7(), now(), 'x', 'client', '', gen_random_uuid(),"
        " 'GET /', 'read', 'done', 'identity', CASE WHEN n % 10 = 0 THEN $1 ELSE gen_random_uuid() END"
        " FROM generate_series(1, 100000) n",
        citizen,
    )
    await gateway.runtime.pool.execute("ANALYZE record")
    about = About(citizen, (new_id(),), (new_id(),))
    pages = []

    async def read() -> None:
        pages.append(await find(gateway.runtime.pool, about, LAST_ID, 101))

    seconds = await quickest(read, times=5)
    assert {len(page) for page in pages} == {101}
    assert seconds < 0.25, seconds


async def listed(gateway: Gateway, headers: dict[str, str]) -> list[dict[str, Any]]:
    reply = await gateway.client.get(PATH, headers=headers)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return [item for item in items if item["service"] == "card"]
