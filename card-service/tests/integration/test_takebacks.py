"""An activation taken back: by two, chunk by chunk, each card once, and nothing that others gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from approvals.testing import decide
from card_service.rollout import takeback_repository
from card_service.rollout.takebacks import chunk
from chassis.testing import eventually

from ..rollouts import APPROVE, WRITE

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

REASON = {"reason": "the wrong district"}


async def cohort(office: Office, count: int) -> tuple[str, list[str]]:
    """A phase whose cards are handed over: its id and the cards'."""
    await office.site(f"Site {office.serial}", hourly_capacity=100)
    homes = [await office.household() for _ in range(count)]
    phase_id = await office.phase(services=["supply", "health"])
    await office.planned(phase_id)
    cards = []
    for _, (head, *_) in homes:
        (card,) = await office.find(head)
        await office.hand_over(card, head)
        cards.append(str(card["card_id"]))
    return phase_id, cards


async def shown(office: Office, card: str) -> tuple[str, list[str]]:
    found = await office.call("GET", f"/v1/cards/{card}", "cards:read")
    return found["state"], sorted(found["services"])


async def test_a_cohort_is_taken_back_by_two_and_nothing_that_others_gave(open_office: OpenOffice) -> None:
    async with open_office() as office:
        phase_id, (plain, blocked, both, ended) = await cohort(office, 4)
        first = await office.activated(phase_id)
        assert (first["cohort"], first["remaining"], first["taking_back"]) == (4, 0, None)
        assert first["rate"] is None or first["rate"] > 0
        await office.call("PUT", f"/v1/cards/{both}/services/health", "cards:write")
        await office.call("POST", f"/v1/cards/{blocked}/block", "cards:write", json={"reason": "lost"})
        await office.fetch(
            "UPDATE card SET state = 'closed', closed_at = now(), close_reason = 'order' WHERE card_id = $1",
            UUID(ended),
        )
        path = f"/v1/activations/{first['id']}"
        made = await office.call("POST", f"{path}/taking-back", WRITE, json=REASON, expect=202)
        assert await shown(office, plain) == ("active", ["supply"]), "one person takes nothing back"
        await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVE)

        async def over() -> dict[str, Any] | None:
            taking: dict[str, Any] = (await office.call("GET", path, WRITE))["taking_back"]
            return taking if taking["status"] == "done" else None

        taking = await eventually(over, seconds=30)
        assert taking == {"reason": "the wrong district", "status": "done", "taken_back": 3, "left_alone": 1}
        assert await shown(office, plain) == ("issued", [])
        assert await shown(office, both) == ("active", ["health"]), "what the office gave stays"
        assert await shown(office, blocked) == ("blocked", [])
        told = {one["card_id"]: one for one in await office.events("ActivationTakenBack")}
        assert {card: one["issued"] for card, one in told.items()} == {plain: True, both: False, blocked: True}
        off = [one for one in await office.events("CardServiceDisabled") if one["card_id"] in told]
        assert sorted((one["card_id"], one["service"]) for one in off) == sorted((card, "supply") for card in told)
        again = await office.call("POST", f"{path}/taking-back", WRITE, json=REASON, expect=409)
        assert again["code"] == "activation_taken_back"
        await office.call("POST", f"/v1/cards/{blocked}/unblock", "cards:write")
        assert await shown(office, blocked) == ("issued", [])
        assert (await office.activated(phase_id))["activated"] == 3, "they are activated when they should be"
        assert await shown(office, both) == ("active", ["health", "supply"])


async def test_it_goes_on_where_it_was_cut_off_and_takes_each_card_once(open_office: OpenOffice) -> None:
    async with open_office() as office:
        phase_id, cards = await cohort(office, 5)
        done = await office.activated(phase_id)
    slowly = {"card_job_poll_seconds": 600, "card_activation_chunk": 2}
    async with open_office(office.settings.model_copy(update=slowly)) as office:
        path = f"/v1/activations/{done['id']}/taking-back"
        made = await office.call("POST", path, WRITE, json=REASON, expect=202)
        await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVE)

        async def step(*, cut_off: bool) -> bool:
            async with office.runtime.sessions() as session:
                transaction = await session.begin()
                taking = await takeback_repository.claim(session)
                if taking is not None:
                    await chunk(session, office.runtime, taking)
                await (transaction.rollback() if cut_off else transaction.commit())
                return taking is not None

        while await step(cut_off=False):
            await step(cut_off=True)
        told = [one["card_id"] for one in await office.events("ActivationTakenBack")]
        assert sorted(told) == sorted(cards), "each once"
        rows = await office.fetch("SELECT DISTINCT state FROM card WHERE phase_id = $1::text::uuid", phase_id)
        assert [row["state"] for row in rows] == ["issued"]


async def test_an_activation_under_way_is_not_taken_back(open_office: OpenOffice) -> None:
    async with open_office(card_job_poll_seconds=600) as office:
        phase_id = await office.phase()
        await office.fetch("UPDATE rollout_phase SET state = 'distributing' WHERE phase_id = $1::text::uuid", phase_id)
        order = {"holders": "heads", "services": ["supply"]}
        made = await office.call("POST", f"/v1/rollout-phases/{phase_id}/activations", WRITE, json=order)
        path = f"/v1/activations/{made['id']}/taking-back"
        refused = await office.call("POST", path, WRITE, json=REASON, expect=409)
        assert (refused["code"], bool(refused["title_ar"])) == ("activation_not_over", True)
