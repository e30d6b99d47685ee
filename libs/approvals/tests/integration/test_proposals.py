"""Proposals through the API: every attack on four eyes that is known, and what is right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from approvals.model import Office
from approvals.testing import decide
from chassis.clock import Clock
from chassis.edge import App
from chassis.ids import new_id
from chassis.settings import ServiceSettings
from chassis.testing import MakeDatabase, TestIssuer, check_pages, eventually, execute_as_owner, lock_awaited, running

from ..budget_service import MIGRATIONS, PROPOSALS, TWO_FROM, Desk, create_app

MAKES, DECIDES = "payouts:submit", "payouts:approve"


class Bureau:
    """The running service, with people and systems that call it."""

    def __init__(self, app: App, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
        self.app, self.client, self.issuer = app, client, issuer
        self.desk: Desk = app.state.runtime.state
        self.pool: asyncpg.Pool = app.state.runtime.pool

    async def propose(self, headers: dict[str, str] | None = None, expect: int = 201, **body: Any) -> dict[str, Any]:
        headers = headers or self.issuer.headers("pension-authority", MAKES)
        given = {"name": f"budget {new_id()}", "amount": 500, **body}
        return self._seen(await self.client.post("/v1/budgets", headers=headers, json=given), expect)

    async def change(self, name: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        headers = headers or self.issuer.headers("pension-authority", MAKES)
        given = {"name": name, "amount": 700, **body}
        return self._seen(await self.client.post("/v1/budgets/change", headers=headers, json=given), 200)

    async def post(self, path: str, headers: dict[str, str], body: dict[str, Any], expect: int = 200) -> dict[str, Any]:
        return self._seen(await self.client.post(path, headers=headers, json=body), expect)

    async def decide(self, proposal: dict[str, Any], expect: int = 200, **claims: Any) -> dict[str, Any]:
        proposal_id = proposal["proposal_id"]
        return await decide(self.client, self.issuer, "budget", proposal_id, DECIDES, expect=expect, **claims)

    async def spent(self, name: str) -> list[Any]:
        rows = await self.pool.fetch("SELECT amount, spent_by FROM budget WHERE name = $1", name)
        return [tuple(row) for row in rows]

    @staticmethod
    def _seen(reply: httpx.Response, expect: int) -> dict[str, Any]:
        assert reply.status_code == expect, reply.text
        answer: dict[str, Any] = reply.json()
        return answer


@pytest.fixture(scope="module")
async def office_of_module(
    make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer
) -> AsyncIterator[Bureau]:
    url = await make_database(MIGRATIONS)
    app = create_app(ServiceSettings(database_url=url, kafka_bootstrap=kafka_bootstrap, jwks=issuer.jwks))
    async with running(app) as client:
        yield Bureau(app, client, issuer)


@pytest.fixture
async def office(office_of_module: Bureau) -> AsyncIterator[Bureau]:
    clock, desk = office_of_module.app.state.runtime.clock, office_of_module.desk
    yield office_of_module
    office_of_module.app.state.runtime.clock = clock
    desk.office, desk.moved, desk.released = Office.ANY, set(), []


class Later(Clock):
    """A clock so many days ahead."""

    def __init__(self, days: int) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> Any:
        return super().now() + self._ahead


async def test_one_proposes_and_another_person_decides(office: Bureau) -> None:
    made = await office.propose()
    assert (made["state"], made["deciders"], made["office"]) == ("submitted", 1, "any")
    decider = new_id()
    decided = await office.decide(made, person_id=decider, authority="pensions")
    assert decided["state"] == "approved"
    assert await office.spent(made["subject"]) == [(500, f"person:{decider}")]
    assert [(act["act"], act["who"], act["office"]) for act in decided["acts"]] == [
        ("entered", "pension-authority", None),
        ("submitted", "pension-authority", None),
        ("approved", f"person:{decider}", "pensions"),
    ]
    assert {act["digest"] for act in decided["acts"]} == {made["digest"]}
    assert (await office.decide(made, expect=409))["code"] == "proposal_state"


async def test_it_is_told_what_keeps_its_reader_from_deciding(office: Bureau) -> None:
    maker, other = new_id(), new_id()
    both = f"{MAKES} {DECIDES}"
    made = await office.propose(office.issuer.person(both, person_id=maker))
    path = f"/v1/proposals/budget/{made['proposal_id']}"

    async def hindered(headers: dict[str, str]) -> Any:
        read = (await office.client.get(path, headers=headers)).json()["hindrance"]
        listed = (await office.client.get("/v1/proposals/budget?limit=200", headers=headers)).json()["items"]
        (of_list,) = [one["hindrance"] for one in listed if one["proposal_id"] == made["proposal_id"]]
        assert read == of_list
        return read and read["code"]

    assert await hindered(office.issuer.person(both, person_id=maker)) == "own_proposal"
    assert await hindered(office.issuer.person(DECIDES, person_id=other)) is None
    assert await hindered(office.issuer.person(MAKES, person_id=other)) == "insufficient_scope"
    assert await hindered(office.issuer.headers("pension-authority", both)) == "caller_kind_refused"
    await office.decide(made, person_id=other)
    assert await hindered(office.issuer.person(DECIDES, person_id=other)) == "proposal_state"


async def test_no_machine_decides_and_nobody_without_two_factors(office: Bureau) -> None:
    made = await office.propose()
    path, body = (
        f"/v1/proposals/budget/{made['proposal_id']}/decision",
        {"decision": "approve", "digest": made["digest"]},
    )
    both = f"{MAKES} {DECIDES}"
    for headers in (
        office.issuer.headers("pension-authority", both),
        office.issuer.headers("pension-approver", both),  # another client, maybe of the same owner
        office.issuer.headers(str(new_id()), both, kind="terminal", outlet_id=new_id()),
        office.issuer.headers(f"citizen:{new_id()}", both, kind="citizen", sid="1"),
    ):
        assert (await office.post(path, headers, body, 403))["code"] == "caller_kind_refused"
    weak = office.issuer.person(DECIDES, acr="urn:unicard:aal1")
    assert (await office.post(path, weak, body, 401))["code"] == "insufficient_user_authentication"
    unscoped = office.issuer.person(MAKES)
    assert (await office.post(path, unscoped, body, 403))["code"] == "insufficient_scope"
    assert await office.spent(made["subject"]) == []


async def test_nobody_decides_what_one_has_entered_changed_or_submitted(office: Bureau) -> None:
    first, second, third = new_id(), new_id(), new_id()
    scopes = f"{MAKES} {DECIDES}"

    def person(person_id: UUID, **claims: Any) -> dict[str, str]:
        return office.issuer.person(scopes, person_id=person_id, **claims)

    made = await office.propose(person(first, authority="pensions"), submit=False)
    changed = await office.change(made["subject"], person(second), submit=False)
    assert (changed["state"], changed["digest"] != made["digest"]) == ("draft", True)
    assert (await office.decide(made, 409))["code"] == "proposal_state"  # nobody has submitted it
    submitted = await office.change(made["subject"], person(third), amount=900)
    assert [act["act"] for act in submitted["acts"]] == ["entered", "changed", "changed", "submitted"]
    for who in (first, second, third):
        assert (await office.decide(made, 403, person_id=who))["code"] == "own_proposal"
    # the same person in another office, through another client, is the same person
    elsewhere = await office.decide(made, 403, person_id=first, authority="treasury", client_id="another-console")
    assert elsewhere["code"] == "own_proposal"
    assert (await office.decide(made))["state"] == "approved"


async def test_who_declares_is_not_forgotten_when_another_fills_and_submits(office: Bureau) -> None:
    """The batch that B declares, A fills and submits, and B approves: refused; A, who filled it, neither."""
    a, b = new_id(), new_id()
    declared = await office.propose(office.issuer.person(MAKES, person_id=b), submit=False, amount=0)
    await office.change(declared["subject"], office.issuer.person(MAKES, person_id=a), amount=10_000)
    for who in (a, b):
        assert (await office.decide(declared, 403, person_id=who))["code"] == "own_proposal"


async def test_what_is_decided_is_what_was_shown(office: Bureau) -> None:
    made = await office.propose()
    path = f"/v1/proposals/budget/{made['proposal_id']}/decision"
    await office.change(made["subject"], amount=999_999)
    seen = {"decision": "approve", "digest": made["digest"]}
    refused = await office.post(path, office.issuer.person(DECIDES), seen, 409)
    assert refused["code"] == "proposal_changed"
    for odd in ("", "x" * 64, made["digest"].upper(), made["digest"][:-1]):
        await office.post(path, office.issuer.person(DECIDES), {**seen, "digest": odd}, 422)
    assert await office.spent(made["subject"]) == []
    office.desk.moved.add(made["subject"])  # the object is no longer what was proposed
    assert (await office.decide(made, 409))["code"] == "proposal_changed"
    assert await office.spent(made["subject"]) == []


async def test_large_amounts_need_two_persons(office: Bureau) -> None:
    made = await office.propose(amount=TWO_FROM)
    one = new_id()
    half = await office.decide(made, person_id=one)
    assert (half["state"], half["deciders"]) == ("submitted", 2)
    assert (await office.decide(made, 409, person_id=one))["code"] == "proposal_approved_by_you"
    assert await office.spent(made["subject"]) == []
    assert (await office.decide(made))["state"] == "approved"
    # what was approved by one and changed since needs two anew
    other = await office.propose(amount=TWO_FROM)
    await office.decide(other, person_id=one)
    await office.change(other["subject"], amount=TWO_FROM + 1)
    assert (await office.decide(other, person_id=one))["state"] == "submitted"


async def test_the_office_of_the_decider(office: Bureau) -> None:
    office.desk.office = Office.OTHER
    made = await office.propose(office.issuer.headers("pension-authority", MAKES, authority="pensions"))
    assert (await office.decide(made, 403, authority="pensions"))["code"] == "proposal_office"
    assert (await office.decide(made, 403))["code"] == "proposal_office"
    assert (await office.decide(made, authority="treasury"))["state"] == "approved"
    office.desk.office = Office.SAME
    made = await office.propose(office.issuer.headers("pension-authority", MAKES, authority="pensions"))
    assert (await office.decide(made, 403, authority="treasury"))["code"] == "proposal_office"
    assert (await office.decide(made, authority="pensions"))["state"] == "approved"


async def test_nobody_decides_by_a_grant_of_the_proposer(office: Bureau) -> None:
    maker = new_id()
    made = await office.propose(office.issuer.person(MAKES, person_id=maker))
    by = [f"person:{maker}", f"person:{new_id()}"]
    assert (await office.decide(made, 403, grantors=by))["code"] == "decider_not_independent"
    assert (await office.decide(made, grantors=[f"person:{new_id()}"]))["state"] == "approved"


async def test_refusing_and_withdrawing(office: Bureau) -> None:
    made = await office.propose()
    path = f"/v1/proposals/budget/{made['proposal_id']}"
    body = {"decision": "refuse", "digest": made["digest"]}
    await office.post(f"{path}/decision", office.issuer.person(DECIDES), body, 422)  # why?
    refused = await office.decide(made, decision="refuse")
    assert (refused["state"], refused["acts"][-1]["reason"]) == ("refused", "looked at by a test")
    again = await office.propose(name=made["subject"])
    path = f"/v1/proposals/budget/{again['proposal_id']}"
    why = {"reason": "a wrong figure"}
    stranger = office.issuer.headers("somebody-else", MAKES)
    assert (await office.post(f"{path}/withdrawal", stranger, why, 403))["code"] == "not_the_proposer"
    mine = office.issuer.headers("pension-authority", MAKES)
    assert (await office.post(f"{path}/withdrawal", mine, why))["state"] == "withdrawn"
    assert (await office.decide(again, 409))["code"] == "proposal_state"
    assert office.desk.released == [(made["subject"], "refused"), (made["subject"], "withdrawn")]
    assert await office.spent(made["subject"]) == []


async def test_one_question_at_a_time_and_what_waits_too_long_expires(office: Bureau) -> None:
    made = await office.propose()
    assert (await office.propose(name=made["subject"], expect=409))["code"] == "proposal_open"
    office.app.state.runtime.clock = Later(31)
    assert (await office.decide(made, 409))["code"] == "proposal_expired"
    again = await office.propose(name=made["subject"])
    office.app.state.runtime.clock = Later(0)
    assert await office.spent(made["subject"]) == []
    reader = office.issuer.person(DECIDES)
    old = (await office.client.get(f"/v1/proposals/budget/{made['proposal_id']}", headers=reader)).json()
    assert (old["state"], old["acts"][-1]["act"], old["acts"][-1]["who"]) == ("expired", "expired", "service:budget")
    assert office.desk.released == [(made["subject"], "expired")]
    assert (await office.decide(again))["state"] == "approved"


async def test_the_job_expires_what_nobody_asks_for(office: Bureau) -> None:
    made = await office.propose()
    office.app.state.runtime.clock = Later(40)
    runtime = office.app.state.runtime
    async with runtime.sessions() as session, session.begin():
        assert await PROPOSALS.expire(session, runtime) >= 1
    rows = await office.pool.fetch("SELECT state FROM proposal WHERE subject = $1", made["subject"])
    assert [row["state"] for row in rows] == ["expired"]


async def test_of_two_decisions_at_once_one_wins(office: Bureau) -> None:
    made = await office.propose()
    path, seen = f"/v1/proposals/budget/{made['proposal_id']}/decision", {"digest": made["digest"], "reason": "race"}
    replies = await asyncio.gather(
        *(
            office.client.post(path, headers=office.issuer.person(DECIDES), json={**seen, "decision": decision})
            for decision in ("approve", "refuse") * 4
        )
    )
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7
    won = next(reply.json()["state"] for reply in replies if reply.status_code == 200)
    assert len(await office.spent(made["subject"])) == (won == "approved")


async def test_a_change_that_comes_first_spoils_the_decision_that_waits(office: Bureau) -> None:
    made = await office.propose()
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM proposal WHERE proposal_id = $1 FOR UPDATE", UUID(made["proposal_id"]))
        waiting = asyncio.create_task(office.change(made["subject"], amount=1_000))
        await lock_awaited(office.pool)
        deciding = asyncio.create_task(
            office.client.post(
                f"/v1/proposals/budget/{made['proposal_id']}/decision",
                headers=office.issuer.person(DECIDES),
                json={"decision": "approve", "digest": made["digest"]},
            )
        )
        await lock_awaited(office.pool, by=2)
    await waiting
    reply = await deciding
    assert (reply.status_code, reply.json()["code"]) == (409, "proposal_changed")


async def test_what_cannot_be_carried_out_is_not_approved(office: Bureau) -> None:
    made = await office.propose(name="broken")
    assert (await office.decide(made, 409))["code"] == "budget_broken"
    headers = office.issuer.person(DECIDES)
    found = (await office.client.get(f"/v1/proposals/budget/{made['proposal_id']}", headers=headers)).json()
    assert (found["state"], [act["act"] for act in found["acts"]]) == ("submitted", ["entered", "submitted"])


async def test_a_proposal_is_its_areas(office: Bureau) -> None:
    made = await office.propose()
    path = f"/v1/proposals/budget/{made['proposal_id']}"
    ismailia: dict[str, Any] = {"governorate": "19"}
    strangers = office.issuer.person(DECIDES, **ismailia)
    assert (await office.client.get(path, headers=strangers)).json()["code"] == "proposal_unknown"
    body = {"decision": "approve", "digest": made["digest"]}
    assert (await office.post(f"{path}/decision", strangers, body, 404))["code"] == "proposal_unknown"
    listed = (await office.client.get("/v1/proposals/budget", headers=strangers)).json()["items"]
    assert made["proposal_id"] not in {one["proposal_id"] for one in listed}
    elsewhere = office.issuer.headers("pension-authority", MAKES, **ismailia)
    assert (await office.propose(elsewhere, 403))["code"] == "outside_governorate_of_caller"
    assert (await office.propose(elsewhere, 403, governorate=None))["code"] == "outside_governorate_of_caller"
    mine = office.issuer.person(DECIDES, governorate="03", authority="pensions")
    listed = (await office.client.get("/v1/proposals/budget?state=submitted&kind=budget", headers=mine)).json()["items"]
    assert made["proposal_id"] in {one["proposal_id"] for one in listed}
    assert (await office.decide(made, governorate="03", authority="pensions"))["state"] == "approved"


async def test_pages(office: Bureau) -> None:
    for _ in range(3):
        await office.propose(governorate="27")
    headers = office.issuer.person(DECIDES, governorate="27")
    await check_pages(office.client, headers, "/v1/proposals/budget", 3)


async def test_acts_are_appended_only_and_digests_are_the_contents(office: Bureau) -> None:
    made = await office.propose()
    which = UUID(made["proposal_id"])
    for statement in ("UPDATE proposal_act SET who = 'nobody'", "DELETE FROM proposal_act", "TRUNCATE proposal_act"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await office.pool.execute(statement)
        with pytest.raises(asyncpg.RaiseError, match="appended only"):
            await execute_as_owner(office.app.state.runtime.settings.database_url, statement)
    with pytest.raises(asyncpg.CheckViolationError):
        await office.pool.execute("UPDATE proposal SET content = '{}' WHERE proposal_id = $1", which)


async def test_a_repeat_with_one_key_decides_once(office: Bureau) -> None:
    made = await office.propose(amount=TWO_FROM)
    headers = office.issuer.person(DECIDES)
    body = {"decision": "approve", "digest": made["digest"]}
    path = f"/v1/proposals/budget/{made['proposal_id']}/decision"
    first = await office.post(path, headers, body)
    assert await office.post(path, headers, body) == first
    assert (await office.decide(made))["state"] == "approved"


async def test_the_job_runs(office: Bureau) -> None:
    async def ran() -> bool:
        return 'unicard_proposals_waiting{kind="budget"}' in (await office.client.get("/metrics")).text

    await eventually(ran, seconds=10)
