"""Credentials: what a terminal gets that has read a card, what an office gets, and what an id alone does not open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from chassis.ids import new_id
from chassis.signing import from_b64url, public_keys, verified

if TYPE_CHECKING:
    from ..conftest import Office

SELLS, WRITE = "redemptions:create", "cards:write"
HERE = {"kind": "terminal", "governorate": "03", "outlet_id": new_id()}


async def read(office: Office, *roles: str) -> tuple[str, str, dict[str, Any]]:
    """A card in use: its id, the code printed on it, and its holder."""
    await office.site(f"Credentials {new_id()}")
    _, (head, *_) = await office.household(*roles)
    phase_id = await office.phase()
    await office.planned(phase_id)
    (card,) = await office.find(head)
    code = (await office.call("GET", f"/v1/cards/{card['card_id']}/printed-code", "cards:print"))["code"]
    await office.hand_over(card, head)
    await office.activated(phase_id)
    return str(card["card_id"]), code, head


async def fetched(
    office: Office, card_id: str, *, expect: int = 200, known: str = "", code: str = "", **claims: Any
) -> Any:
    """What a terminal is answered: the reply itself."""
    headers = office.issuer.headers(str(new_id()), SELLS, **(HERE | claims))
    headers |= {"Presented-Card": code} if code else {}
    headers |= {"If-None-Match": known} if known else {}
    reply = await office.client.get(f"/v1/cards/{card_id}/credential", headers=headers)
    assert reply.status_code == expect, reply.text
    return reply


async def said(office: Office, reply: Any) -> Any:
    """What the credential in a reply says, checked by the published keys."""
    keys = public_keys((await office.call("GET", "/v1/credential-keys", ""))["keys"])
    return verified(reply.json()["credential"], keys)


async def test_a_terminal_that_has_read_the_card_gets_sizes_services_and_months(office: Office) -> None:
    card_id, code, _ = await read(office, "spouse", "child")
    reply = await fetched(office, card_id, code=code)
    found = await said(office, reply)
    assert (found["v"], found["card"], found["gov"], found["services"]) == (2, card_id, "03", ["supply"])
    months = [(one["goods"], one["bread"]) for one in found["sizes"]]
    assert months[-1] == (3, 3)
    assert found["sizes"][0]["month"] < found["last_month"]
    office_has = await office.call("GET", f"/v1/cards/{card_id}/credential", WRITE)
    assert office_has["credential"] == reply.json()["credential"], "the same all month, whoever asks"


async def test_what_has_not_changed_is_not_sent_again(office: Office) -> None:
    card_id, code, _ = await read(office)
    first = await fetched(office, card_id, code=code)
    again = await fetched(office, card_id, code=code, known=first.headers["etag"], expect=304)
    assert (again.content, again.headers["etag"]) == (b"", first.headers["etag"])
    await office.call("PUT", f"/v1/cards/{card_id}/services/health", WRITE)
    changed = await fetched(office, card_id, code=code, known=first.headers["etag"])
    assert (await said(office, changed))["services"] == ["health", "supply"]


async def test_an_id_alone_tells_a_terminal_nothing(office: Office) -> None:
    """Findings B1 and B9: whoever knew a card's id read what was its household's."""
    card_id, code, _ = await read(office)
    other_id, other_code, _ = await read(office)
    compact = (await office.call("GET", f"/v1/cards/{card_id}/credential", WRITE))["credential"]
    header, claims, signature = code.split(".")
    never = orjson.loads(from_b64url(claims)) | {"exp": 2**40}
    longer = f"{header}.{orjson.dumps(never).hex()}.{signature}"
    for shown in ("", "x", "a.b.c", other_code, compact, longer, f"{code[:-6]}AAAAAA"):
        refused = await fetched(office, card_id, code=shown, expect=403)
        assert refused.json()["code"] == "card_not_presented", shown
    assert (await fetched(office, other_id, code=code, expect=403)).json()["code"] == "card_not_presented"
    unknown = await fetched(office, str(new_id()), code=code, expect=403)
    assert unknown.json()["code"] == "card_not_presented", "whether there is such a card is not told either"


async def test_a_card_of_another_governorate_is_none_of_its_terminals(office: Office) -> None:
    card_id, code, _ = await read(office)
    elsewhere = await fetched(office, card_id, code=code, governorate="19", expect=404)
    assert elsewhere.json()["code"] == "card_not_found"


@pytest.mark.parametrize("reason", ["stolen", "fraud"])
async def test_a_blocked_card_gets_none(office: Office, reason: str) -> None:
    card_id, code, _ = await read(office)
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": reason})
    assert (await fetched(office, card_id, code=code, expect=409)).json()["code"] == "card_state_conflict"


async def test_a_clinics_terminal_gets_none(office: Office) -> None:
    card_id, code, _ = await read(office)
    headers = office.issuer.headers(str(new_id()), "encounters:create", kind="terminal", governorate="03")
    reply = await office.client.get(f"/v1/cards/{card_id}/credential", headers={**headers, "Presented-Card": code})
    assert reply.json()["code"] == "insufficient_scope"
