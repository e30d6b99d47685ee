from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from ..conftest import Office

READ = "cards:read"
WRITE = "cards:write"
COUNTER = "cards:handover"


async def test_a_card_is_handed_over_at_its_site_to_its_holder(office: Office) -> None:
    await office.site("Hand-over")
    made, (head,) = await office.household()
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    assert card["state"] == "in_stock"
    assert card["holder_name_masked"] == "منى أ*** ع***"
    assert card["appointment"]["state"] == "scheduled"
    assert not card["here"]
    done = await office.hand_over(card, head)
    assert (done["state"], done["site_id"], done["replaced_card_id"]) == ("issued", card["site_id"], None)
    (issued,) = await office.events("CardIssued", made["household_id"])
    assert (issued["card_id"], issued["site_id"]) == (card["card_id"], card["site_id"])
    found = await office.find(head, card["site_id"])
    assert (found[0]["state"], found[0]["here"], found[0]["appointment"]["state"]) == ("issued", True, "kept")
    again = await office.hand_over(card, head, expect=409)
    assert (again["code"], again["state"]) == ("card_state_conflict", "issued")
    assert "set_pin" in again["allowed_actions"]
    assert again["detail_ar"]


async def test_a_counter_gives_only_its_own_cards_to_the_right_citizen(office: Office, random_id: UUID) -> None:
    await office.site("Own")
    other = await office.site("Other", district="03.11")
    _, (head,) = await office.household()
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    wrong_site = await office.hand_over(card, head, site_id=other["site_id"], expect=409)
    assert wrong_site["code"] == "other_site"
    assert wrong_site["site"]["name_ar"] == card["site"]["name_ar"]
    assert card["site"]["name_ar"] in wrong_site["detail_ar"]
    stranger = await office.hand_over(card, office.person(), expect=409)
    assert stranger["code"] == "national_id_mismatch"
    assert (await office.hand_over(card, head, site_id=None, expect=403))["code"] == "no_site_in_token"
    unknown = {**card, "card_id": str(random_id)}
    assert (await office.hand_over(unknown, head, expect=404))["code"] == "card_not_found"
    assert (await office.find(head))[0]["state"] == "in_stock"


async def test_two_counters_at_once_hand_a_card_over_once(office: Office) -> None:
    await office.site("Twice")
    made, (head,) = await office.household()
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    headers = [office.issuer.headers("counter", COUNTER, site_id=card["site_id"]) for _ in range(5)]
    body = {"national_id": head["national_id"]}
    path = f"/v1/cards/{card['card_id']}/handover"
    replies = await asyncio.gather(*(office.client.post(path, json=body, headers=one) for one in headers))
    assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409, 409]
    assert len(await office.events("CardIssued", made["household_id"])) == 1


async def test_a_card_shows_itself_without_its_number(office: Office) -> None:
    card_id, _, phase_id = await office.active("spouse")
    card = await office.call("GET", f"/v1/cards/{card_id}", READ)
    assert card["state"] == "active"
    assert (card["services"], card["phase_id"], card["pin"]) == (["supply"], phase_id, "not_set")
    assert card["number_masked"].startswith("*" * 12)
    assert card["allowed_actions"] == sorted(card["allowed_actions"])
    await office.call("GET", f"/v1/cards/{card_id}", READ, claims={"governorate": "04"}, expect=404)


async def test_services_are_enabled_and_disabled_one_by_one(office: Office) -> None:
    card_id, _, _ = await office.active("spouse")
    path = f"/v1/cards/{card_id}/services"
    household = (await office.call("GET", f"/v1/cards/{card_id}", READ))["household_id"]
    for _ in range(2):  # what is enabled already is told once
        card = await office.call("PUT", f"{path}/health", WRITE)
        assert card["services"] == ["health", "supply"]
    (enabled,) = await office.events("CardServiceEnabled", household)
    assert (enabled["card_id"], enabled["service"]) == (card_id, "health")
    for _ in range(2):
        card = await office.call("DELETE", f"{path}/supply?reason=request", WRITE)
        assert card["services"] == ["health"]
    (disabled,) = await office.events("CardServiceDisabled", household)
    assert (disabled["service"], disabled["reason"]) == ("supply", "request")
    last = await office.call("DELETE", f"{path}/health", WRITE, expect=409)
    assert (last["code"], last["title_ar"] > "") == ("last_service", True)
    await office.call("PUT", f"{path}/lottery", WRITE, expect=422)
    await office.call("PUT", f"{path}/health", READ, expect=403)
    await office.call("PUT", f"{path}/health", WRITE, claims={"governorate": "04"}, expect=404)
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "order"})
    refused = await office.call("PUT", f"{path}/payment", WRITE, expect=409)
    assert refused["code"] == "card_state_conflict"


async def test_a_pin_is_set_checked_locked_and_set_anew(office: Office) -> None:
    card_id, _, _ = await office.issued()
    pin, checks = f"/v1/cards/{card_id}/pin", f"/v1/cards/{card_id}/pin-checks"

    async def check(digits: str) -> tuple[str, int]:
        sent = await office.encrypted(card_id, digits)
        found = await office.call("POST", checks, "redemptions:create", json=sent)
        return found["result"], found["tries_left"]

    assert await check("2947") == ("not_set", 0)
    await office.call("PUT", pin, COUNTER, json=await office.setting(card_id, "2947"))
    assert await check("1111") == ("wrong", 2)
    assert await check("2947") == ("correct", 3)
    assert [await check("0001"), await check("0002"), await check("0003")] == [
        ("wrong", 2),
        ("wrong", 1),
        ("locked", 0),
    ]
    assert await check("2947") == ("locked", 0)
    assert (await office.call("GET", f"/v1/cards/{card_id}", READ))["pin"] == "locked"
    await office.call("PUT", pin, COUNTER, json=await office.setting(card_id, "7305"))
    assert await check("7305") == ("correct", 3)
    stored = await office.fetch("SELECT to_jsonb(c)::text AS row FROM card c WHERE card_id = $1", card_id)
    assert "7305" not in str(stored[0]["row"]).replace(card_id, "")


async def test_who_guesses_at_many_cards_must_wait(office: Office) -> None:
    """A terminal that tries two PINs at each of many cards locks none of them."""
    card_id, _, _ = await office.issued()
    await office.call("PUT", f"/v1/cards/{card_id}/pin", COUNTER, json=await office.setting(card_id, "2947"))
    checks, guesser = f"/v1/cards/{card_id}/pin-checks", "a-guessing-terminal"
    sent = await office.encrypted(card_id, "1111", device=guesser)
    await office.call("POST", checks, "redemptions:create", json=sent, subject=guesser)
    await office.fetch(
        "INSERT INTO pin_failure SELECT $1, now() - interval '10 minutes' FROM generate_series(1, 19)", guesser
    )
    right = await office.encrypted(card_id, "2947", device=guesser)
    refused = await office.call("POST", checks, "redemptions:create", json=right, subject=guesser, expect=429)
    assert refused["code"] == "pin_checks_exceeded"
    others = await office.encrypted(card_id, "2947", device="another-terminal")
    other = await office.call("POST", checks, "redemptions:create", json=others, subject="another-terminal")
    assert other["result"] == "correct"
    await office.fetch("UPDATE pin_failure SET failed_at = failed_at - interval '1 hour' WHERE caller = $1", guesser)
    later = await office.call("POST", checks, "redemptions:create", json=right, subject=guesser)
    assert later["result"] == "correct"


@pytest.mark.parametrize(("digits", "code"), [("1234", "pin_weak"), ("1990", "pin_weak"), ("12", "pin_malformed")])
async def test_weak_pins_are_refused(office: Office, digits: str, code: str) -> None:
    card_id, _, _ = await office.issued()
    sent = await office.setting(card_id, digits)
    assert (await office.call("PUT", f"/v1/cards/{card_id}/pin", COUNTER, json=sent, expect=422))["code"] == code


async def test_a_pin_meant_for_another_card_opens_none(office: Office) -> None:
    one, _, _ = await office.issued()
    other, _, _ = await office.issued()
    sent = await office.setting(other, "2947") | await office.encrypted(one, "2947", "set")
    refused = await office.call("PUT", f"/v1/cards/{other}/pin", COUNTER, json=sent, expect=422)
    assert refused["code"] == "pin_unreadable"
    plain = await office.setting(one, "2947") | {"pin_jwe": "2947"}
    refused = await office.call("PUT", f"/v1/cards/{one}/pin", COUNTER, json=plain, expect=422)
    assert refused["code"] == "pin_unreadable"


async def test_a_card_is_blocked_and_found_again(office: Office) -> None:
    card_id, _, _ = await office.active()
    blocked = await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "lost"})
    assert (blocked["state"], blocked["block_reason"]) == ("blocked", "lost")
    (event,) = await office.events("CardBlocked", blocked["household_id"])
    assert (event["card_id"], event["reason"]) == (card_id, "lost")
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "lost"}, expect=409)
    await office.call("GET", f"/v1/cards/{card_id}/credential", WRITE, expect=409)
    back = await office.call("POST", f"/v1/cards/{card_id}/unblock", WRITE)
    assert (back["state"], back["services"]) == ("active", ["supply"])
    assert len(await office.events("CardUnblocked", blocked["household_id"])) == 1
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "whim"}, expect=422)


async def test_a_lost_card_is_replaced_and_its_services_pass_on(office: Office) -> None:
    old_id, head, phase_id = await office.active("spouse")
    new_site = await office.site("Replacements", district="03.11")
    order = {"reason": "lost", "site_id": new_site["site_id"]}
    new = await office.call("POST", f"/v1/cards/{old_id}/replacement", WRITE, json=order, expect=201)
    assert (new["state"], new["replaces"], new["site_id"]) == ("in_stock", old_id, new_site["site_id"])
    home = new["household_id"]
    old = await office.call("GET", f"/v1/cards/{old_id}", READ)
    assert (old["state"], old["replaced_by"]) == ("blocked", new["card_id"])
    assert len(await office.events("CardBlocked", home)) == 1
    for path, body in (("replacement", order), ("unblock", None)):
        waiting = await office.call("POST", f"/v1/cards/{old_id}/{path}", WRITE, json=body, expect=409)
        assert waiting["code"] == "replacement_waiting"
    found = {one["card_id"]: one for one in await office.find(head)}
    done = await office.hand_over(found[new["card_id"]], head)
    assert (done["state"], done["services"], done["replaced_card_id"]) == ("active", ["supply"], old_id)
    assert (await office.call("GET", f"/v1/cards/{old_id}", READ))["state"] == "replaced"
    (replaced,) = await office.events("CardReplaced", home)
    assert (replaced["old_card_id"], replaced["new_card_id"]) == (old_id, new["card_id"])
    assert replaced["services"] == ["supply"]
    activated = (await office.events("CardActivated", home))[-1]
    assert (activated["card_id"], activated["members"], activated["phase_id"]) == (new["card_id"], 2, phase_id)
    order_of_events = await office.fetch("SELECT type FROM outbox WHERE key = $1 ORDER BY id DESC LIMIT 3", home)
    names = [row["type"].split(".")[3] for row in reversed(order_of_events)]
    assert names == ["CardIssued", "CardReplaced", "CardActivated"]
    assert [one["card_id"] for one in await office.find(head)] == [new["card_id"]]


async def test_a_damaged_card_serves_until_the_new_one_is_handed_over(office: Office) -> None:
    old_id, head, _ = await office.issued()
    site = await office.site("Damaged", district="03.11")
    order = {"reason": "damaged", "site_id": site["site_id"]}
    new = await office.call("POST", f"/v1/cards/{old_id}/replacement", WRITE, json=order)
    assert (await office.call("GET", f"/v1/cards/{old_id}", READ))["state"] == "issued"
    found = {one["card_id"]: one for one in await office.find(head)}
    done = await office.hand_over(found[new["card_id"]], head)
    assert (done["state"], done["services"]) == ("issued", [])


async def test_a_replacement_waits_in_the_citizens_governorate(office: Office, random_id: UUID) -> None:
    card_id, _, _ = await office.issued()
    far = await office.site("Far", governorate="04")
    for site_id in (far["site_id"], str(random_id)):
        order = {"reason": "lost", "site_id": site_id}
        refused = await office.call("POST", f"/v1/cards/{card_id}/replacement", WRITE, json=order, expect=404)
        assert refused["code"] == "site_not_found"
    assert (await office.call("GET", f"/v1/cards/{card_id}", READ))["state"] == "issued"


async def test_who_leaves_the_household_loses_the_card(office: Office) -> None:
    await office.site("Leaving")
    made, (_, spouse) = await office.household("spouse")
    await office.planned(await office.phase(), holders="adults")
    (card,) = await office.find(spouse)
    await office.hand_over(card, spouse)
    leaving = made["members"][1]["citizen_id"]
    await office.changed("removal", made["household_id"], citizen_id=leaving, reason="abroad")
    (closed,) = await office.events("CardClosed", made["household_id"])
    assert (closed["card_id"], closed["reason"]) == (card["card_id"], "left_household")
    assert await office.find(spouse) == []


async def test_who_leaves_before_the_card_is_collected_frees_the_appointment(office: Office) -> None:
    site = await office.site("Leaving early")
    made, (_, spouse) = await office.household("spouse")
    await office.planned(await office.phase(), holders="adults")
    (card,) = await office.find(spouse)
    taken = "SELECT coalesce(sum(taken), 0) AS places FROM pickup_slot WHERE site_id = $1"
    (before,) = await office.fetch(taken, UUID(site["site_id"]))
    leaving = made["members"][1]["citizen_id"]
    await office.changed("removal", made["household_id"], citizen_id=leaving, reason="abroad")
    rows = await office.fetch("SELECT state FROM appointment WHERE card_id = $1", UUID(card["card_id"]))
    assert [row["state"] for row in rows] == ["cancelled"]
    (after,) = await office.fetch(taken, UUID(site["site_id"]))
    assert before["places"] - after["places"] == 1


async def test_a_credential_is_signed_for_offline_terminals(office: Office) -> None:
    card_id, _, _ = await office.issued()
    given = await office.call("GET", f"/v1/cards/{card_id}/credential", WRITE)
    header, claims, signature = (_b64(part) for part in given["credential"].split("."))
    keys = {key["kid"]: key for key in (await office.call("GET", "/v1/credential-keys", ""))["keys"]}
    public = Ed25519PublicKey.from_public_bytes(_b64(keys[orjson.loads(header)["kid"]]["x"]))
    public.verify(signature, given["credential"].rpartition(".")[0].encode())
    assert orjson.loads(claims)["card"] == card_id
    assert orjson.loads(header)["alg"] == "EdDSA"


async def test_impossible_states_cannot_be_stored(office: Office) -> None:
    card_id, _, _ = await office.issued()
    for change in (
        "state = 'active'",
        "state = 'blocked'",
        "state = 'closed'",
        "state = 'in_stock', site_id = NULL",
        "state = 'in_stock'",
        "issued_at = NULL",
        "services = '{everything}'",
        "pin_salt = '\\x00'",
        "replaces = card_id",
    ):
        with pytest.raises(Exception, match="violates check constraint"):
            await office.fetch(f"UPDATE card SET {change} WHERE card_id = $1", card_id)
    with pytest.raises(Exception, match="one_card_in_hand"):
        await office.fetch(
            "INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state,"
            " created_at, issued_at) SELECT gen_random_uuid(), citizen_id, household_id, governorate,"
            " sha256('x'), '', 'issued', now(), now() FROM card WHERE card_id = $1",
            card_id,
        )


def _b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
