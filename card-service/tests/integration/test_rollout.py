from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.consumers import message_failed
from card_service.distribution import plan_repository
from card_service.distribution.plans import plan_chunk
from card_service.jobs import MAX_ATTEMPTS
from card_service.rollout import repository
from card_service.rollout.activations import activation_chunk
from card_service.rollout.models import Activation
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import eventually, lock_awaited
from chassis.testing_events import Outside
from contracts.notify import MessageFailed

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

ROLLOUT = "rollout:write"


async def test_a_cohort_is_activated_chunk_by_chunk(open_office: OpenOffice) -> None:
    async with open_office(card_activation_chunk=10) as office:
        await office.site(hourly_capacity=100)
        homes = [await office.household("spouse") for _ in range(25)]
        phase_id = await office.phase(services=["supply", "health"])
        await office.planned(phase_id, holders="adults")
        for _, people in homes[:23]:
            for person in people:
                (card,) = await office.find(person)
                await office.hand_over(card, person)
        done = await office.activated(phase_id)
        assert (done["status"], done["activated"], done["services"]) == ("done", 23, ["supply"])
        told = await office.events("CardActivated")
        assert len({event["card_id"] for event in told}) == len(told) == 23
        heads = {made["members"][0]["citizen_id"] for made, _ in homes[:23]}
        assert {event["citizen_id"] for event in told} == heads
        assert all((e["services"], e["members"], e["district"]) == (["supply"], 2, "03.02") for e in told)
        phase = await office.call("GET", f"/v1/rollout-phases/{phase_id}", ROLLOUT)
        assert phase["state"] == "active"
        assert phase["counters"]["planned"] == 50
        assert (phase["counters"]["issued"], phase["counters"]["activated"]) == (46, 23)
        _, late = homes[24]
        (card,) = await office.find(late[0])
        await office.hand_over(card, late[0])
        assert (await office.activated(phase_id))["activated"] == 1
        assert (await office.activated(phase_id))["activated"] == 0
        assert (await office.activated(phase_id, "adults"))["activated"] == 23
        states = [event["state"] for event in await office.events("RolloutPhaseChanged", phase_id)]
        assert states[:4] == ["planned", "distributing", "activating", "active"]


async def test_a_second_stage_gives_active_cards_what_they_lack(open_office: OpenOffice) -> None:
    """Supply first, health and payment later: truth 2.16."""
    async with open_office(card_activation_chunk=10) as office:
        await office.site(hourly_capacity=100)
        homes = [await office.household() for _ in range(5)]
        phase_id = await office.phase(services=["supply", "health", "payment"])
        await office.planned(phase_id)
        cards = []
        for _, people in homes[:4]:
            (card,) = await office.find(people[0])
            await office.hand_over(card, people[0])
            cards.append(card["card_id"])
        await office.activated(phase_id)
        off = f"/v1/cards/{cards[0]}/services"
        scope = "cards:write"
        await office.call("PUT", f"{off}/health", scope)
        await office.call("DELETE", f"{off}/health", scope, json={"reason": "fraud"})
        await office.call("POST", f"/v1/cards/{cards[1]}/block", scope, json={"reason": "lost"})
        (last,) = await office.find(homes[4][1][0])
        await office.hand_over(last, homes[4][1][0])
        done = await office.activated(phase_id, services=["health", "payment"])
        assert (done["status"], done["activated"], done["services"]) == ("done", 5, ["health", "payment"])

        async def services(card_id: str) -> list[str]:
            return list((await office.call("GET", f"/v1/cards/{card_id}", "cards:read"))["services"])

        assert await services(cards[0]) == ["payment", "supply"], "what was switched off stays off"
        assert [await services(card) for card in cards[1:]] == [["health", "payment", "supply"]] * 3
        assert await services(last["card_id"]) == ["health", "payment"]
        await office.call("POST", f"/v1/cards/{cards[1]}/unblock", scope)
        told = await office.events("CardServiceEnabled")
        new = [(event["card_id"], event["service"]) for event in told if event["card_id"] in cards[1:]]
        assert sorted(new) == sorted((card, service) for card in cards[1:] for service in ("health", "payment"))
        assert len(await office.events("CardActivated")) == 5, "nobody is activated a second time"
        assert (await office.activated(phase_id, services=["health", "payment"]))["activated"] == 0
        assert (await office.activated(phase_id, services=["supply", "payment"]))["activated"] == 1


async def test_phases_are_entered_listed_and_refused(office: Office, random_id: UUID) -> None:
    body = {"name": "Luxor", "governorate": "29", "sequence": 1, "services": ["supply"]}
    made = await office.call("POST", "/v1/rollout-phases", ROLLOUT, json=body)
    assert (made["state"], made["counters"]["planned"]) == ("planned", 0)
    for twice in (body, body | {"sequence": 2}, body | {"name": "Luxor again"}):
        refused = await office.call("POST", "/v1/rollout-phases", ROLLOUT, json=twice, expect=409)
        assert refused["code"] == "phase_exists"
    listed = await office.call("GET", "/v1/rollout-phases", "rollout:read", claims={"governorate": "29"})
    assert [phase["phase_id"] for phase in listed["items"]] == [made["phase_id"]]
    path = f"/v1/rollout-phases/{made['phase_id']}"
    await office.call("GET", path, ROLLOUT, claims={"governorate": "03"}, expect=404)
    order = {"holders": "heads", "services": ["supply"]}
    early = await office.call("POST", f"{path}/activations", ROLLOUT, json=order, expect=409)
    assert (early["code"], early["state"]) == ("phase_state_conflict", "planned")
    foreign = order | {"services": ["health"]}
    refused = await office.call("POST", f"{path}/activations", ROLLOUT, json=foreign, expect=409)
    assert refused["code"] == "service_not_in_phase"
    await office.call("GET", f"/v1/activations/{random_id}", ROLLOUT, expect=404)
    faults: list[dict[str, Any]] = [{"services": []}, {"services": ["all"]}, {"sequence": 0}, {"name": " "}]
    for wrong in faults:
        await office.call("POST", "/v1/rollout-phases", ROLLOUT, json=body | {"name": "x"} | wrong, expect=422)


async def test_a_paused_phase_waits_and_goes_on(office: Office) -> None:
    _, _, phase_id = await office.issued()
    path = f"/v1/rollout-phases/{phase_id}"
    paused = await office.call("POST", f"{path}/pause", ROLLOUT)
    assert paused["state"] == "paused"
    order = {"holders": "heads", "services": ["supply"]}
    await office.call("POST", f"{path}/activations", ROLLOUT, json=order, expect=409)
    await office.call("POST", f"{path}/pause", ROLLOUT, expect=409)
    assert (await office.call("POST", f"{path}/resumption", ROLLOUT))["state"] == "distributing"
    assert (await office.activated(phase_id))["activated"] == 1


def failure(citizen_id: str, message_id: UUID, *, permanent: bool) -> MessageFailed:
    return MessageFailed(
        message_id=message_id,
        citizen_id=UUID(citizen_id),
        template="pickup",
        reason="no such number",
        permanent=permanent,
    )


async def test_a_number_that_does_not_exist_is_given_up(office: Office) -> None:
    made, _ = await office.household()
    citizen_id = made["members"][0]["citizen_id"]
    settings = office.runtime.settings
    notify = Outside(settings.kafka_bootstrap, settings.topic_prefix)
    await notify.tell(failure(citizen_id, new_id(), permanent=True))

    async def given_up() -> bool:
        return (await office.call("GET", f"/v1/citizens/{citizen_id}", "citizens:read"))["mobile_usable"] is False

    await eventually(given_up)
    contacts = await office.events("ContactChanged", citizen_id)
    assert [contact["mobile"] is None for contact in contacts] == [False, True]


async def test_a_failure_says_nothing_of_a_newer_number(office: Office) -> None:
    made, _ = await office.household()
    citizen_id = made["members"][0]["citizen_id"]
    to_the_old_number = new_id()
    number = {"mobile": "01200000001", "proof": "old_number"}
    await office.changed("mobile", made["household_id"], citizen_id=citizen_id, **number)
    run = []
    for event in (
        failure(citizen_id, to_the_old_number, permanent=True),
        failure(citizen_id, new_id(), permanent=False),
    ):
        run.append(Received(data=event, id=new_id(), time=office.runtime.clock.now(), key=citizen_id))
    async with office.runtime.sessions() as session, session.begin():
        await message_failed(run, session, office.runtime)
    assert (await office.call("GET", f"/v1/citizens/{citizen_id}", "citizens:read"))["mobile_usable"]
    assert len(await office.events("ContactChanged", citizen_id)) == 2


async def test_after_an_activation_that_was_given_up_comes_another(open_office: OpenOffice) -> None:
    async with open_office(card_job_poll_seconds=3600.0) as office:
        phase_id = await office.phase()
        await office.fetch("UPDATE rollout_phase SET state = 'distributing' WHERE phase_id = $1", phase_id)
        path, order = f"/v1/rollout-phases/{phase_id}/activations", {"holders": "heads", "services": ["supply"]}
        first = await office.call("POST", path, ROLLOUT, json=order)
        refused = await office.call("POST", path, ROLLOUT, json=order, expect=409)
        assert refused["code"] == "activation_under_way"
        async with office.runtime.sessions() as session, session.begin():
            for _ in range(MAX_ATTEMPTS):
                await repository.fail(session, UUID(first["id"]), MAX_ATTEMPTS)
        assert (await office.call("GET", f"/v1/activations/{first['id']}", ROLLOUT))["status"] == "failed"
        again = await office.call("POST", path, ROLLOUT, json=order)
        assert again["id"] != first["id"]


async def test_an_order_and_the_worker_of_the_plan_before_do_not_wait_for_each_other(open_office: OpenOffice) -> None:
    async with open_office(card_job_poll_seconds=600) as office:  # the workers sleep, their work is done here
        await office.site()
        await office.household()
        path = f"/v1/rollout-phases/{await office.phase()}/pickup-plans"
        body = {"week_start": "2026-11-28", "limit": 10, "holders": "heads"}
        await office.call("POST", path, ROLLOUT, json=body, expect=202)

        async def work() -> None:
            async with office.runtime.sessions() as session, session.begin():
                plan = await plan_repository.claim(session)
                assert plan is not None
                await plan_chunk(session, office.runtime, plan)

        async with office.runtime.pool.acquire() as other, other.transaction():
            await other.execute("LOCK TABLE card IN SHARE MODE")  # the plan is begun, its cards are not written yet
            working = asyncio.create_task(work())
            await lock_awaited(other)
            ordering = asyncio.create_task(office.call("POST", path, ROLLOUT, json=body, expect=202))
            await asyncio.sleep(0.5)
        await working
        await ordering


async def test_an_order_and_the_last_chunk_of_an_activation_do_not_wait_for_each_other(open_office: OpenOffice) -> None:
    async with open_office() as office:
        _, _, phase_id = await office.issued()
    async with open_office(office.settings.model_copy(update={"card_job_poll_seconds": 600})) as office:
        path = f"/v1/rollout-phases/{phase_id}/activations"
        body = {"holders": "heads", "services": ["supply"]}
        made = await office.call("POST", path, ROLLOUT, json=body, expect=202)
        first = await activation_of(office, UUID(made["id"]))

        async def work() -> None:
            async with office.runtime.sessions() as session, session.begin():
                activation = await repository.claim(session)
                assert activation is not None
                await activation_chunk(session, office.runtime, activation)

        async with office.runtime.sessions() as session, session.begin():
            await repository.find_phase(session, UUID(phase_id), lock=True)  # as an order does
            working = asyncio.create_task(work())
            await asyncio.sleep(0.5)
            another = replace(first, activation_id=new_id())
            assert not await repository.create_activation(session, another, office.runtime.clock.now())
        await working


async def activation_of(office: Office, activation_id: UUID) -> Activation:
    async with office.runtime.sessions() as session:
        found = await repository.find_activation(session, activation_id)
    assert found is not None
    return found


async def test_a_phase_says_who_makes_its_cards(office: Office) -> None:
    for given, production in (({"production": "bureau"}, "bureau"), ({}, "on_site")):
        path = f"/v1/rollout-phases/{await office.phase(**given)}"
        assert (await office.call("GET", path, "rollout:read"))["production"] == production
    body = {"name": "No such way", "governorate": "03", "sequence": 990, "services": ["supply"], "production": "x"}
    await office.call("POST", "/v1/rollout-phases", "rollout:write", json=body, expect=422)
