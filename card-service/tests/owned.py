"""Citizens' operations on their own cards, made by citizens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chassis.testing_walk import Call

if TYPE_CHECKING:
    from .conftest import Office

BY_CITIZENS: Final = {
    "GET /v1/self/card",
    "GET /v1/self/card/free-hours",
    "GET /v1/self/household",
    "GET /v1/self/mobile-change",
    "POST /v1/self/mobile-change/codes",
}
OPERATIONS: Final = {
    *BY_CITIZENS,
    "PUT /v1/self/card/appointment",
    "POST /v1/self/card/loss",
    "POST /v1/self/mobile-change",
}


async def own(office: Office, waiting: str) -> dict[str, Call]:
    """What citizens change: the holder of the card `waiting` takes a free hour, another one's card is lost."""
    lost = (await office.active())[0]

    async def mine(card: str) -> dict[str, object]:
        ((citizen,),) = await office.fetch("SELECT citizen_id FROM card WHERE card_id = $1::text::uuid", card)
        return {"subject": f"citizen:{citizen}", "kind": "citizen", "governorate": None, "sid": "1"}

    free = (await office.call("GET", f"/v1/cards/{waiting}/free-hours?limit=500", "cards:handover"))["items"]
    hour = {"json": {"site_id": free[-1]["site_id"], "starts_at": free[-1]["starts_at"]}}
    appointment = "/v1/self/card/appointment"
    return {
        "PUT /v1/self/card/appointment": Call(appointment, "self:card", await mine(waiting), body=hour),
        "POST /v1/self/card/loss": Call("/v1/self/card/loss", "self:card", await mine(lost)),
        "POST /v1/self/mobile-change": Call(
            "/v1/self/mobile-change", "self:card", await mine(lost), body={"json": {"mobile": "01098765432"}}
        ),
    }
