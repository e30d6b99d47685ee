"""Cards made by a bureau: ordered, approved by another, sent sealed, returned with serials, and what does not fit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from approvals.testing import decide
from chassis.testing import check_pages

from ..bureaus import APPROVE, WRITE, Workshop, approved, ordered

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Office

READ = "cards:read"


@pytest.fixture
def workshop(office: Office, tmp_path: Path) -> Workshop:
    return Workshop(office, tmp_path)


async def homes(office: Office, count: int) -> list[dict[str, Any]]:
    """Heads of households without a card."""
    return [(await office.household())[1][0] for _ in range(count)]


async def card_of(office: Office, head: dict[str, Any]) -> dict[str, Any]:
    (found,) = await office.find(head)
    card: dict[str, Any] = await office.call("GET", f"/v1/cards/{found['card_id']}", f"{READ} {WRITE}")
    return card


async def states(office: Office, heads: list[dict[str, Any]]) -> list[str]:
    return [str((await card_of(office, head))["state"]) for head in heads]


async def taken(office: Office, batch_id: str, content: str, expect: int = 201) -> dict[str, Any]:
    path = f"/v1/production-batches/{batch_id}/returns"
    result: dict[str, Any] = await office.call("POST", path, WRITE, json={"content": content}, expect=expect)
    return result


async def batch(office: Office, bureau_id: str, phase_id: str, size: int = 100) -> dict[str, Any]:
    body = {"bureau_id": bureau_id, "phase_id": phase_id, "size": size}
    made: dict[str, Any] = await office.call("POST", "/v1/production-batches", WRITE, json=body, expect=201)
    return made


async def test_cards_are_ordered_approved_made_and_returned(office: Office, workshop: Workshop) -> None:
    phase_id = await office.phase(production="bureau")
    heads = await homes(office, 7)
    bureau = await workshop.registered()
    order = await ordered(office, phase_id)
    assert order["requested"] == 7
    assert await states(office, heads) == ["requested"] * 7
    nothing = {"bureau_id": bureau, "phase_id": phase_id, "size": 5}
    refused = await office.call("POST", "/v1/production-batches", WRITE, json=nothing, expect=409)
    assert refused["code"] == "no_cards_to_make"
    await decide(office.client, office.issuer, "card", order["proposal_id"], APPROVE)
    assert await states(office, heads) == ["approved"] * 7
    made = await batch(office, bureau, phase_id)
    assert (made["cards"], made["in_production"]) == (7, 7)
    assert await states(office, heads) == ["in_production"] * 7
    content = await workshop.returned(made["batch_id"], "wrong-number", "serial-twice", "spoiled", "missing", "unknown")
    result = await taken(office, made["batch_id"], content)
    assert (result["produced"], result["spoiled"], result["mismatches"]) == (2, 1, 6)
    path = f"/v1/production-batches/{made['batch_id']}"
    found = await check_pages(office.client, office.issuer.headers("ministry", WRITE), f"{path}/mismatches", 6)
    assert [(one["row"], one["code"]) for one in found] == [
        (1, "card_number_differs"),
        (2, "serial_twice"),
        (3, "serial_twice"),
        (4, "card_spoiled"),
        (7, "card_not_in_batch"),
        (None, "card_missing"),
    ]
    assert all(one["reason"] and one["reason_ar"] for one in found)
    now = await states(office, heads)
    assert sorted(now) == ["approved"] + ["in_production"] * 4 + ["produced"] * 2
    rest = await taken(office, made["batch_id"], await workshop.returned(made["batch_id"]))
    # what the bureau made before is told as such, and the spoiled one is in no batch now
    assert (rest["produced"], rest["spoiled"], rest["mismatches"]) == (4, 0, 3)
    after = await office.call("GET", path, WRITE)
    assert (after["in_production"], after["produced"], after["spoiled"]) == (0, 6, 1)
    again = await batch(office, bureau, phase_id)
    assert again["cards"] == 1
    listed = await check_pages(office.client, office.issuer.headers("ministry", WRITE), "/v1/production-batches")
    newest = [one["batch_id"] for one in listed]
    assert newest.index(again["batch_id"]) < newest.index(made["batch_id"])
    assert (await taken(office, again["batch_id"], await workshop.returned(again["batch_id"])))["produced"] == 1
    assert await states(office, heads) == ["produced"] * 7


async def test_a_batch_says_what_is_embossed_and_nothing_else(office: Office, workshop: Workshop) -> None:
    from tools.bureau.keys import BureauKeys, issuer_keys
    from tools.bureau.personalising import BatchUnreadable, opened

    phase_id = await office.phase(production="bureau")
    (head,) = await homes(office, 1)
    bureau = await workshop.registered("Sealed")
    await approved(office, phase_id)
    made = await batch(office, bureau, phase_id)
    await workshop.returned(made["batch_id"])
    file = (workshop.folder / "batch.jwe").read_text(encoding="utf-8")
    issuer = issuer_keys(workshop.folder / "issuer.json")
    content = opened(file, BureauKeys.read(workshop.keys), issuer)
    (card,) = content["cards"]
    assert set(content) == {"batch_id", "made_at", "cards"}
    assert set(card) == {"card_id", "number", "name", "chip"}
    assert card["name"] == head["full_name"]
    known = await card_of(office, head)
    assert (card["card_id"], card["number"][-4:]) == (known["card_id"], known["number_masked"][-4:])
    assert head["national_id"] not in str(content)
    with pytest.raises(BatchUnreadable):  # another bureau's keys
        opened(file, BureauKeys.new("other"), issuer)


async def test_a_return_is_the_bureaus_own(office: Office, workshop: Workshop, tmp_path: Path) -> None:
    phase_id = await office.phase(production="bureau")
    await homes(office, 2)
    bureau = await workshop.registered("Own")
    await approved(office, phase_id)
    one, other = [await batch(office, bureau, phase_id, 1) for _ in range(2)]
    content = await workshop.returned(one["batch_id"])
    refused = await taken(office, other["batch_id"], content, expect=409)
    assert refused["code"] == "return_of_another_batch"
    head, payload, signature = content.split(".")
    for broken in ("x", f"{head}.{payload}.{signature[:-8]}AAAAAAAA"):
        assert (await taken(office, one["batch_id"], broken, expect=422))["code"] == "return_unreadable"
    first = await workshop.returned(one["batch_id"])
    folder = tmp_path / "stranger"
    folder.mkdir()
    stranger = Workshop(office, folder)
    await stranger.registered("Stranger")
    body = await workshop.run(
        "personalise", "--file", str(workshop.folder / "batch.jwe"), "--keys", str(stranger.keys),
        "--issuer", str(workshop.folder / "issuer.json"), "--out", str(folder / "r.jws"), expect=1,
    )  # fmt: skip
    assert "not for this bureau" in body
    assert (await taken(office, one["batch_id"], first))["produced"] == 1
    # new keys of the same bureau: a batch of before is returned under them, too
    await workshop.registered("Own", valid_from="2026-02-01")
    path = f"/v1/production-batches/{other['batch_id']}"
    assert (await office.call("GET", path, WRITE))["in_production"] == 1


async def test_keys_are_a_bureaus_and_hold_their_days(office: Office, workshop: Workshop) -> None:
    public = await workshop.public("over")
    body = {"name": "Over", "governorate": "03", "valid_from": "2026-01-01", "valid_to": "2026-01-02", **public}
    swapped = body | {"encryption_key": public["signing_key"], "signing_key": public["encryption_key"]}
    assert (await office.call("POST", "/v1/bureaus", WRITE, json=swapped, expect=422))["code"] == "bureau_key_invalid"
    private = body | {"signing_key": {**public["signing_key"], "d": "x" * 43}}
    await office.call("POST", "/v1/bureaus", WRITE, json=private, expect=422)
    bureau = await workshop.registered("Over", valid_to="2026-01-02")
    wanted = {"bureau_id": bureau, "size": 1}
    refused = await office.call("POST", "/v1/production-batches", WRITE, json=wanted, expect=409)
    assert refused["code"] == "bureau_key_not_in_force"
    unknown = await office.call(
        "POST", "/v1/production-batches", WRITE, json=wanted, claims={"governorate": "19"}, expect=404
    )
    assert unknown["code"] == "bureau_not_found"


async def test_cards_of_a_refused_order_are_never_made(office: Office) -> None:
    phase_id = await office.phase(production="bureau")
    (head,) = await homes(office, 1)
    order = await ordered(office, phase_id)
    card = await card_of(office, head)
    await decide(office.client, office.issuer, "card", order["proposal_id"], APPROVE, decision="refuse")
    assert (await office.call("GET", f"/v1/cards/{card['card_id']}", READ))["state"] == "closed"
    assert (await office.call("GET", f"/v1/card-orders/{order['order_id']}", WRITE))["state"] == "refused"
    assert (await ordered(office, phase_id))["requested"] == 1  # they may be asked for again


async def test_a_reprint_keeps_the_number_and_takes_another_serial(office: Office, workshop: Workshop) -> None:
    phase_id = await office.phase(production="bureau")
    (head,) = await homes(office, 1)
    bureau = await workshop.registered("Reprints")
    await approved(office, phase_id)
    card = await card_of(office, head)
    path = f"/v1/cards/{card['card_id']}/reprint"
    early = await office.call("POST", path, WRITE, json={"reason": "damaged"}, expect=409)
    assert (early["code"], early["state"]) == ("card_state_conflict", "approved")
    serials = []
    for _ in range(2):
        made = await batch(office, bureau, phase_id)
        await taken(office, made["batch_id"], await workshop.returned(made["batch_id"]))
        ((serial,),) = await office.fetch("SELECT serial FROM card WHERE card_id = $1::text::uuid", card["card_id"])
        serials.append(serial)
        now = await card_of(office, head)
        assert now["allowed_actions"] == ["reprint"]
        again = await office.call("POST", path, WRITE, json={"reason": "damaged"})
        assert (again["state"], again["number_masked"]) == ("approved", card["number_masked"])
    assert len(set(serials)) == 2
    on_site, _, _ = await office.issued()
    late = await office.call("POST", f"/v1/cards/{on_site}/reprint", WRITE, json={"reason": "damaged"}, expect=409)
    assert late["code"] == "card_state_conflict"


async def test_only_a_bureaus_phase_orders_cards_and_only_the_entitled_get_one(office: Office) -> None:
    wanted = {"holders": "heads", "limit": 5}
    on_site = await office.phase()
    refused = await office.call("POST", f"/v1/rollout-phases/{on_site}/card-orders", WRITE, json=wanted, expect=409)
    assert refused["code"] == "phase_made_on_site"
    _, (later,) = await office.household(governorate="19")
    _, (head,) = await office.household(governorate="19")
    moved = await office.fetch(
        "UPDATE membership SET first_month = (first_month + interval '2 months')::date WHERE citizen_id = ("
        " SELECT citizen_id FROM citizen JOIN household USING (household_id) WHERE governorate = '19'"
        " ORDER BY citizen_id LIMIT 1) RETURNING citizen_id"
    )
    assert len(moved) == 1
    phase_id = await office.phase(production="bureau", governorate="19")
    assert (await ordered(office, phase_id))["requested"] == 1
    assert sorted([len(await office.find(one)) for one in (later, head)]) == [0, 1]


async def test_two_clerks_make_a_batch_of_each_card_once(office: Office, workshop: Workshop) -> None:
    phase_id = await office.phase(production="bureau")
    await homes(office, 6)
    bureau = await workshop.registered("Twice")
    await approved(office, phase_id)
    body = {"bureau_id": bureau, "phase_id": phase_id, "size": 3}

    async def make(who: str) -> Any:
        headers = office.issuer.headers(who, WRITE)
        return (await office.client.post("/v1/production-batches", json=body, headers=headers)).json()

    made = await asyncio.gather(*(make(f"clerk-{n}") for n in range(2)))
    assert [one["cards"] for one in made] == [3, 3]
    first = await office.call("GET", "/v1/production-batches?limit=1", WRITE)
    second = await office.call("GET", f"/v1/production-batches?limit=1&after={first['next']}", WRITE)
    listed = [*first["items"], *second["items"]]
    assert listed == sorted(made, key=lambda one: str(one["batch_id"]), reverse=True)
    rows = await office.fetch(
        "SELECT count(*) AS n, count(DISTINCT card_id) AS cards FROM batch_card WHERE batch_id = ANY($1::uuid[])",
        [one["batch_id"] for one in made],
    )
    assert tuple(rows[0]) == (6, 6)
