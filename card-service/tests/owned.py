"""Citizens' operations on their own cards, made by citizens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chassis.testing_walk import Call

from .change_requests import Counter

if TYPE_CHECKING:
    from .conftest import Office

BY_CITIZENS: Final = {
    "GET /v1/self/card",
    "GET /v1/self/card/free-hours",
    "GET /v1/self/household",
    "GET /v1/self/mobile-change",
}
OPERATIONS: Final = {
    *BY_CITIZENS,
    "PUT /v1/self/card/appointment",
    "POST /v1/self/card/loss",
    "POST /v1/self/mobile-change",
    "POST /v1/self/mobile-change/codes",
}


async def own(office: Office, waiting: str) -> dict[str, Call]:
    """What citizens change: the holder of the card `waiting` takes a free hour, another one's card is lost.

    A third one has begun to change the mobile, and has both codes.
    """
    lost = (await office.active())[0]

    async def mine(card: str) -> dict[str, object]:
        ((citizen,),) = await office.fetch("SELECT citizen_id FROM card WHERE card_id = $1::text::uuid", card)
        return _signed(citizen)

    free = (await office.call("GET", f"/v1/cards/{waiting}/free-hours?limit=500", "cards:handover"))["items"]
    hour = {"json": {"site_id": free[-1]["site_id"], "starts_at": free[-1]["starts_at"]}}
    appointment, change = "/v1/self/card/appointment", "/v1/self/mobile-change"
    counter = Counter(office)
    _, (changing,), _ = await counter.home()
    claims = _signed(changing)
    asked = {"mobile": "01098765431"}
    await office.call("POST", change, "self:card", subject=claims.pop("subject"), claims=claims, json=asked)
    new, old = await counter.codes(changing)
    codes = {"json": {"new_number": new, "old_number": old}}
    return {
        "PUT /v1/self/card/appointment": Call(appointment, "self:card", await mine(waiting), body=hour),
        "POST /v1/self/card/loss": Call("/v1/self/card/loss", "self:card", await mine(lost)),
        "POST /v1/self/mobile-change": Call(
            change, "self:card", await mine(lost), body={"json": {"mobile": "01098765432"}}
        ),
        "POST /v1/self/mobile-change/codes": Call(f"{change}/codes", "self:card", _signed(changing), body=codes),
    }


def _signed(citizen: object) -> dict[str, object]:
    """The claims of a citizen who has signed in."""
    return {"subject": f"citizen:{citizen}", "kind": "citizen", "governorate": None, "sid": "1"}
