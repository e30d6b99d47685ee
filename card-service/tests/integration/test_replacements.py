"""Replacements: made on site or with a bureau's next batch, collected at a site that hands cards over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.testing import eventually

from ..bureaus import Workshop
from .test_stock import STORE, listed, moves, produced, received, sent, stock

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Office

WRITE, MAKES = "cards:write", "production:write"


async def given_out(office: Office, workshop: Workshop, name: str) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """A bureau's card in its holder's hands: its phase, its id, its holder, its site."""
    phase_id, (head,) = await produced(office, workshop, 1, name)
    site = await office.site(name)
    consignment = await sent(office, site["site_id"], phase_id, 1)
    (card_id,) = await listed(office, consignment)
    await received(office, consignment, [card_id])
    (found,) = await office.find(head)
    await office.hand_over(found, head)
    return phase_id, card_id, head, site


async def replaced(office: Office, card_id: str, site_id: str, expect: int = 201, reason: str = "damaged") -> Any:
    order = {"reason": reason, "site_id": site_id}
    return await office.call("POST", f"/v1/cards/{card_id}/replacement", WRITE, json=order, expect=expect)


async def test_a_bureaus_replacement_goes_with_the_next_batch_and_its_holder_is_invited(
    office: Office, tmp_path: Path
) -> None:
    workshop = Workshop(office, tmp_path)
    phase_id, old_id, head, site = await given_out(office, workshop, "Replaced")
    other = await office.site("Nearer to the holder")
    new = await replaced(office, old_id, other["site_id"], reason="lost")
    assert (new["state"], new["site_id"], new["bound_for"]) == ("approved", None, other["site_id"])
    assert new["number_masked"] != (await office.call("GET", f"/v1/cards/{old_id}", "cards:read"))["number_masked"]
    assert (await replaced(office, old_id, other["site_id"], 409))["code"] == "replacement_waiting"
    body = {"bureau_id": workshop.bureau_id, "phase_id": phase_id, "size": 5}
    batch = await office.call("POST", "/v1/production-batches", MAKES, json=body, expect=201)
    assert batch["cards"] == 1
    content = {"content": await workshop.returned(batch["batch_id"])}
    await office.call("POST", f"/v1/production-batches/{batch['batch_id']}/returns", MAKES, json=content, expect=201)
    wrong = {"site_id": site["site_id"], "phase_id": phase_id, "count": 5}
    nothing = await office.call("POST", "/v1/consignments", STORE, json=wrong, subject="store", expect=409)
    assert nothing["code"] == "no_cards_to_send", "it goes where it is to be collected and nowhere else"
    consignment = await sent(office, other["site_id"], phase_id, 5)
    coming = await office.hand_over(
        {"card_id": new["card_id"], "site": None}, head, site_id=other["site_id"], expect=409
    )
    assert coming["code"] == "card_on_its_way"
    await received(office, consignment, [new["card_id"]])

    async def invited() -> Any:
        return [one for one in await office.events("PickupScheduled", head_key) if one["card_id"] == new["card_id"]]

    head_key = new["household_id"]
    (told,) = await eventually(invited, seconds=30)
    assert told["site_id"] == other["site_id"]
    done = await office.hand_over({"card_id": new["card_id"], "site": None}, head, site_id=other["site_id"])
    assert done["replaced_card_id"] == old_id
    assert moves(await stock(office, other["site_id"])) == [0, 1, 1, 0, 0, 0, 0]


async def test_a_reprint_keeps_the_number_and_the_way_a_re_issue_has_another(office: Office, tmp_path: Path) -> None:
    workshop = Workshop(office, tmp_path)
    phase_id, old_id, _, site = await given_out(office, workshop, "Reprinted")
    new = await replaced(office, old_id, site["site_id"])
    body = {"bureau_id": workshop.bureau_id, "phase_id": phase_id, "size": 5}
    batch = await office.call("POST", "/v1/production-batches", MAKES, json=body, expect=201)
    content = {"content": await workshop.returned(batch["batch_id"])}
    await office.call("POST", f"/v1/production-batches/{batch['batch_id']}/returns", MAKES, json=content, expect=201)
    again = await office.call("POST", f"/v1/cards/{new['card_id']}/reprint", MAKES, json={"reason": "damaged"})
    assert (again["state"], again["number_masked"]) == ("approved", new["number_masked"])
    assert again["bound_for"] == site["site_id"]
    refused = await office.call("POST", f"/v1/cards/{old_id}/reprint", MAKES, json={"reason": "damaged"}, expect=409)
    assert refused["code"] == "card_state_conflict", "what was issued is replaced, never made again"


@pytest.mark.parametrize("production", ["on_site", "bureau"])
async def test_a_site_that_has_ended_or_is_shut_gets_no_replacement(
    office: Office, tmp_path: Path, production: str
) -> None:
    if production == "bureau":
        _, card_id, _, _ = await given_out(office, Workshop(office, tmp_path), "Refusing")
    else:
        card_id, _, _ = await office.issued()
    ended, shut = await office.site(f"Ended {production}"), await office.site(f"Shut {production}")
    today = office.runtime.state.dependencies.today()
    await office.fetch(
        "UPDATE pickup_site SET ends_on = $2, end_reason = 'rent', ended_by = 'x' WHERE site_id = $1::text::uuid",
        ended["site_id"], today - timedelta(days=1),
    )  # fmt: skip
    now = datetime.now(UTC)
    closure = {"kind": "emergency", "begins_at": now.isoformat(), "ends_at": (now + timedelta(days=2)).isoformat()}
    path = f"/v1/pickup-sites/{shut['site_id']}/closures"
    made = await office.call("POST", path, "sites:write", json={**closure, "reason": "burst pipe"}, expect=201)
    assert (await replaced(office, card_id, ended["site_id"], 409))["code"] == "site_ended"
    refused = await replaced(office, card_id, shut["site_id"], 409)
    assert (refused["code"], "until" in refused) == ("site_closed", True)
    assert (await office.call("GET", f"/v1/cards/{card_id}", "cards:read"))["state"] == "issued", "nothing was done"
    await office.call("POST", f"{path}/{made['closure_id']}/withdrawal", "sites:write")
    new = await replaced(office, card_id, shut["site_id"])
    assert new["state"] == ("approved" if production == "bureau" else "in_stock")
