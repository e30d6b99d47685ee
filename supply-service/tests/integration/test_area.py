"""Whose outlet, whose household: every operation, tried by a stranger."""

from __future__ import annotations

from typing import Any

from chassis.ids import new_id
from chassis.testing_acts import Own
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call, signed_by, walk
from policybook.testing import policy_calls

from ..support import NOON, Supply, Till, bread, told
from .test_offline import Chain

ANYONE = {
    "POST /v1/redemptions": "a sale: which cards may draw at an outlet is a rule of the sale",
    "POST /v1/offline-batches": "a terminal's own sales; which cards may draw is a rule of the sale",
    "GET /v1/policies": "the rules are the same for all",
    "GET /v1/catalogue": "prices and limits are the same for all",
}
OUTLET = {"kind": "grocer", "name_ar": "منفذ", "name_en": "outlet", "governorate": "03", "district": "al-arab"}
DAY = NOON.date().isoformat()
_A_SALE = "terminals alone sell, and a sale's purpose is the sale"
_SOLD = (
    "SELECT jsonb_build_object('who', terminal_id, 'office', outlet_id)::text FROM redemption"
    " WHERE redemption_id = ({})::uuid"
)
_UNDONE = (
    "SELECT jsonb_build_object('who', terminal_id, 'office', outlet_id)::text FROM reversal"
    " WHERE reversal_id = ($1::jsonb ->> 'reversal_id')::uuid"
)
OWN = {
    "POST /v1/redemptions": Own(_SOLD.format("$1::jsonb ->> 'redemption_id'"), _A_SALE),
    "POST /v1/offline-batches": Own(_SOLD.format("$1::jsonb #>> '{results,0,redemption_id}'"), _A_SALE),
    "POST /v1/redemptions/{redemption_id}/reversal": Own(_UNDONE, _A_SALE),
}


async def test_every_operation_asks_whose_it_is(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder()
    sale = (await supply.sell(till, holder, bread(5))).json()["redemption_id"]
    await supply.admin("POST", f"/v1/outlets/{till.outlet_id}/days/{DAY}/close", "days:close")
    mine: dict[str, Any] = {
        "kind": "terminal", "outlet_id": till.outlet_id, "subject": str(till.terminal_id), **PORT_SAID,
    }  # fmt: skip
    near: dict[str, Any] = mine | {"outlet_id": other.outlet_id, "subject": str(other.terminal_id)}
    far = near | ISMAILIA
    outlet, terminal, day = f"/v1/outlets/{till.outlet_id}", f"/v1/terminals/{till.terminal_id}", f"?day={DAY}"
    new_terminal = {"outlet_id": str(till.outlet_id), "serial": str(new_id()), "model": "UC-1"}
    mark = str(till.outlet_id)
    await walk(
        supply.app,
        supply.client,
        signed_by(supply.issuer),
        {
            **await policy_calls(supply.client, supply.issuer, "supply", "/v1/policies"),
            "POST /v1/outlets": Call("/v1/outlets", "outlets:write", refused=403, body={"json": OUTLET}),
            "GET /v1/outlets": [
                Call("/v1/outlets", "outlets:read", refused=200, mark=mark),
                Call("/v1/outlets?governorate=03", "outlets:read", refused=200, mark=mark),
            ],
            "GET /v1/outlets/{outlet_id}": Call(outlet, "outlets:read"),
            "PUT /v1/outlets/{outlet_id}/contact": Call(
                f"{outlet}/contact", "outlets:write", body={"json": {"mobile": "01001234567"}}
            ),
            "POST /v1/terminals": Call("/v1/terminals", "terminals:write", body={"json": new_terminal}),
            "GET /v1/terminals/{terminal_id}": Call(terminal, "terminals:read"),
            "GET /v1/entitlements/{card_id}": [
                Call(f"/v1/entitlements/{holder.card_id}", "entitlements:read"),
                Call(f"/v1/entitlements/{holder.card_id}", "entitlements:read", mine=near, stranger=far),
            ],
            "GET /v1/redemptions/{redemption_id}": [
                Call(f"/v1/redemptions/{sale}", "redemptions:read"),
                Call(f"/v1/redemptions/{sale}", "redemptions:read", mine, near),
            ],
            "POST /v1/redemptions/{redemption_id}/reversal": Call(
                f"/v1/redemptions/{sale}/reversal", "redemptions:create", mine, near, body={"json": {"reason": "x"}}
            ),
            "GET /v1/outlets/{outlet_id}/days/{day}": [
                Call(f"{outlet}/days/{DAY}", "days:read"),
                Call(f"{outlet}/days/{DAY}", "days:close", mine, near),
            ],
            "POST /v1/outlets/{outlet_id}/days/{day}/close": [
                Call(f"{outlet}/days/{DAY}/close", "days:close"),
                Call(f"{outlet}/days/{DAY}/close", "days:close", mine, near),
            ],
            "GET /v1/settlements": [
                Call(f"/v1/settlements{day}", "settlements:read", refused=200, mark=mark),
                Call(f"/v1/settlements{day}", "days:close", mine, near, refused=200, mark=mark),
                Call(f"/v1/settlements{day}&outlet_id={mark}", "days:close", mine, near, refused=200, mark=mark),
            ],
            "GET /v1/settlement-totals": Call(
                f"/v1/settlement-totals{day}", "settlements:read", refused=200, mark='"waiting":1'
            ),
            "GET /v1/outlet-totals": Call(f"/v1/outlet-totals{day}", "settlements:read", refused=200, mark=mark),
            "GET /v1/pot-proof": Call(f"/v1/pot-proof{day}", "settlements:read", mine={}),
            "POST /v1/legacy-draws/{month}": await legacy_draws(supply),
            "POST /v1/terminals/{terminal_id}/suspension": Call(
                f"{terminal}/suspension", "terminals:write", body={"json": {"reason": "lost"}}
            ),
            "DELETE /v1/terminals/{terminal_id}/suspension": Call(f"{terminal}/suspension", "terminals:write"),
        },
        ANYONE,
        acts=await acts(supply, till, mine),
        own=OWN,
    )


async def legacy_draws(supply: Supply) -> Call:
    """A file that names the ration card of a household of Port Said."""
    mark = supply.runtime.state.settings.ration_cards().mark("200123456789")
    await supply.deliver(told(new_id(), {"2020-01": 1}, ration_card_mark=mark))
    return Call(
        "/v1/legacy-draws/2026-11",
        "legacy-draws:write",
        refused=200,
        mark='"known":true',
        body={"content": b"ration_card,goods\n200123456789,1\n", "headers": {"Content-Type": "text/csv"}},
    )


async def acts(supply: Supply, till: Till, mine: dict[str, Any]) -> dict[str, Call]:
    """What a terminal does for whoever comes."""
    card, offline = await supply.holder(), Chain(till).sell(await supply.holder(), bread(5))
    sale = {"card_id": str(card.card_id), "lines": [bread(5)]}
    return {
        "POST /v1/redemptions": Call("/v1/redemptions", "redemptions:create", mine, body={"json": sale}),
        "POST /v1/offline-batches": Call(
            "/v1/offline-batches", "redemptions:create", mine, body={"json": {"sales": [offline]}}
        ),
        "GET /v1/policies": Call("/v1/policies", "policies:read"),
        "GET /v1/catalogue": Call("/v1/catalogue", "catalogue:read", mine),
    }
