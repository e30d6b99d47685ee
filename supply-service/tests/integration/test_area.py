"""Whose outlet, whose household: every operation, tried by a stranger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from approvals.testing import as_person
from chassis.ids import new_id
from chassis.testing_acts import Own
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call, signed_by, walk
from policybook import store
from policybook.testing import policy_calls, published, row_for

from ..support import NOON, Supply, Till, allowance, bread, simulated, told
from .test_offline import Chain
from .test_sheets import enter, row

ANYONE = {
    "POST /v1/redemptions": "a sale: which cards may draw at an outlet is a rule of the sale",
    "POST /v1/free-sales": "a sale to anybody, with or without a card",
    "POST /v1/offline-batches": "a terminal's own sales; which cards may draw is a rule of the sale",
    "GET /v1/policies": "the rules are the same for all",
    "GET /v1/catalogue": "prices and limits are the same for all",
    **dict.fromkeys(
        ("GET /v1/self/entitlements", "GET /v1/self/sales", "GET /v1/self/outlets"), "citizens' own, see test_own.py"
    ),
    "GET /v1/terminal-configuration": "each terminal gets its own",
    "GET /v1/terminal-configuration-keys": "the keys are public",
}
OUTLET = {"kind": "grocer", "name_ar": "منفذ", "name_en": "outlet", "governorate": "03", "district": "03.02"}
DAY = NOON.date().isoformat()
FREE = {"lines": [{"item": "loaf", "quantity": 5}]}
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
    till, other, holder = await supply.till(), await supply.till(district="03.04"), await supply.holder()
    sale = (await supply.sell(till, holder, bread(5))).json()["redemption_id"]
    await supply.admin("POST", f"/v1/outlets/{till.outlet_id}/days/{DAY}/close", "days:close")
    mine: dict[str, Any] = {
        "kind": "terminal", "outlet_id": till.outlet_id, "subject": str(till.terminal_id), **PORT_SAID,
    }  # fmt: skip
    near: dict[str, Any] = mine | {"outlet_id": other.outlet_id, "subject": str(other.terminal_id)}
    far = near | ISMAILIA
    outlet, terminal, day = f"/v1/outlets/{till.outlet_id}", f"/v1/terminals/{till.terminal_id}", f"?day={DAY}"
    new_terminal = {"outlet_id": str(till.outlet_id), "serial": str(new_id()), "model": "UC-1"}
    mark, chain = str(till.outlet_id), Chain(till)
    await walk(
        supply.app,
        supply.client,
        signed_by(supply.issuer),
        {
            **await rule_calls(supply),
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
            "GET /v1/redemptions": Call(
                f"/v1/redemptions{day}", "redemptions:read", mine, near, refused=200, mark=sale
            ),
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
            **health_calls(till, mine, near),
            **settlements(mark, mine, near),
            **await files(supply),
            **await offline_calls(supply, chain, mine, near),
            **await flour_calls(supply),
            **await sack_calls(supply, till.outlet_id),
            **await free_calls(supply, till, mine, near),
            **await sheet_calls(supply),
            **await inspector_calls(supply, till.outlet_id),
            **await receipt_calls(supply),
            **suspension_calls(outlet, terminal),
        },
        ANYONE,
        elsewhere={"GET /v1/self/entitlements", "GET /v1/self/sales", "GET /v1/self/outlets"},
        acts=await acts(supply, chain, mine),
        own=OWN,
    )


def settlements(mark: str, mine: dict[str, Any], near: dict[str, Any]) -> dict[str, Call | list[Call]]:
    """What an outlet's closed days come to."""
    day = f"?day={DAY}"
    return {
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
        "GET /v1/month-openings/{month}": Call("/v1/month-openings/2026-11", "settlements:read", mine={}),
    }


def health_calls(till: Till, mine: dict[str, Any], near: dict[str, Any]) -> dict[str, Call | list[Call]]:
    """How many outlets there are, the terminals of one, and the days it has closed."""
    outlet, terminal = f"/v1/outlets/{till.outlet_id}", str(till.terminal_id)
    counts, of_one = "/v1/outlet-counts?district=03.04", f"/v1/terminals?outlet_id={till.outlet_id}"
    return {
        "GET /v1/outlet-counts": Call(counts, "outlets:read", refused=200, mark='"count":1'),
        "GET /v1/outlets/{outlet_id}/terminals": Call(f"{outlet}/terminals", "terminals:read"),
        "GET /v1/terminals": [
            Call("/v1/terminals", "terminals:read", refused=200, mark=terminal),
            Call(of_one, "terminals:suspend", refused=200, mark=terminal),
        ],
        "GET /v1/outlets/{outlet_id}/days": [
            Call(f"{outlet}/days", "days:read"),
            Call(f"{outlet}/days", "days:close", mine, near),
        ],
    }


def suspension_calls(outlet: str, terminal: str) -> dict[str, Call | list[Call]]:
    """Each is taken back at once, so that what follows still sells."""
    reason = {"json": {"reason": "lost"}}
    return {
        "POST /v1/outlets/{outlet_id}/suspension": Call(f"{outlet}/suspension", "outlets:write", body=reason),
        "DELETE /v1/outlets/{outlet_id}/suspension": Call(f"{outlet}/suspension", "outlets:write"),
        "POST /v1/terminals/{terminal_id}/suspension": Call(f"{terminal}/suspension", "terminals:write", body=reason),
        "DELETE /v1/terminals/{terminal_id}/suspension": Call(f"{terminal}/suspension", "terminals:write"),
    }


async def offline_calls(
    supply: Supply, chain: Chain, mine: dict[str, Any], near: dict[str, Any]
) -> dict[str, Call | list[Call]]:
    """What is in dispute of an outlet's offline sales, and what is missing of another's."""
    dispute, gap = await disputed(supply, chain), await missing(supply)
    return {
        "GET /v1/disputes": [
            Call("/v1/disputes", "disputes:write", refused=200, mark=dispute),
            Call("/v1/disputes", "days:close", mine, near, refused=200, mark=dispute),
            Call(f"/v1/disputes?outlet_id={chain.till.outlet_id}", "days:close", mine, near, refused=200, mark=dispute),
        ],
        "GET /v1/disputes/{dispute_id}": Call(f"/v1/disputes/{dispute}", "disputes:approve"),
        "POST /v1/disputes/{dispute_id}/finding": Call(
            f"/v1/disputes/{dispute}/finding",
            "disputes:write",
            body={"json": {"upheld": False, "reason": "nobody came"}},
        ),
        "GET /v1/offline-gaps": Call("/v1/offline-gaps", "disputes:write", refused=200, mark=gap),
        "PUT /v1/offline-gaps/{gap_id}/following": Call(
            f"/v1/offline-gaps/{gap}/following", "disputes:write", body={"json": {"note": "asked the outlet"}}
        ),
    }


async def rule_calls(supply: Supply) -> dict[str, Call | list[Call]]:
    """Policies, and what one of the nation would change, with a household of Port Said to look at."""
    await supply.holder()
    policies = {"policies": [allowance(6000, effective_from="2035-01-01")]}
    reply = await supply.admin("POST", "/v1/policy-simulations", "policies:write", json=policies)
    await simulated(supply)
    path = f"/v1/policy-simulations/{reply.json()['simulation_id']}"
    examples = await supply.admin("GET", f"{path}/examples", "entitlements:read")
    mark = next(one["household_id"] for one in examples.json()["examples"] if one["governorate"] == "03")
    return {
        **await policy_calls(supply.client, supply.issuer, "supply", "/v1/policies"),
        "POST /v1/policy-simulations": Call(
            "/v1/policy-simulations", "policies:write", mine={}, refused=403, body={"json": policies}
        ),
        "GET /v1/policy-simulations/{simulation_id}": Call(path, "policies:read", mine={}),
        "GET /v1/policy-simulations/{simulation_id}/examples": Call(
            f"{path}/examples", "entitlements:read", refused=200, mark=mark
        ),
    }


async def flour_calls(supply: Supply) -> dict[str, Call]:
    """What a household of Port Said chooses in a month in which flour is offered there, and what it has chosen."""
    row = row_for(date(2026, 12, 1), key="bread.flour_offered", value=True, on_record=False)
    await published(supply.client, supply.issuer, "supply", "/v1/policies", row)
    await supply.catch_up()
    holder, choice = await supply.holder(), new_id()
    await supply.runtime.pool.execute(
        "INSERT INTO flour_choice (choice_id, household_id, month, reference, chosen_by, chosen_at)"
        " VALUES ($1, $2, date '2027-01-01', 'r', 'office', now())",
        choice, holder.household_id,
    )  # fmt: skip
    body = {"card_id": str(holder.card_id), "month": "2026-12", "reference": "r"}
    write = "flour-choices:write"
    return {
        "POST /v1/flour-choices": Call("/v1/flour-choices", write, body={"json": body}),
        "GET /v1/flour-choices": Call(f"/v1/flour-choices?card_id={holder.card_id}", write),
        "DELETE /v1/flour-choices/{choice_id}": Call(f"/v1/flour-choices/{choice}", write),
    }


async def in_force(supply: Supply, key: str, **scope: str) -> None:
    """As if a row that is on record had been approved from today on."""
    row = next(one for one in supply.runtime.state.snapshot.figures.book.rows(key) if one.scope == scope)
    approved = replace(row, effective_from=NOON.date(), effective_to=None, approved_by="another person", policy_id=None)
    async with supply.runtime.sessions() as session, session.begin():
        await store.end_before(session, approved)
        await store.add(session, approved)
        await store.mark_changed(session)
    await supply.catch_up()


async def inspector_calls(supply: Supply, outlet_id: UUID) -> dict[str, Call]:
    """Bread that a bakery of Port Said was let sell to people without a card."""
    await in_force(supply, "bread.inspector_card_loaves")
    path, write = "/v1/inspector-draws", "inspector-draws:write"
    body = {"outlet_id": str(outlet_id), "loaves": 10, "reason": "no cards yet"}
    made = (await supply.admin("POST", path, write, json=body)).json()["draw_id"]
    return {
        "POST /v1/inspector-draws": Call(path, write, body={"json": body}),
        "GET /v1/inspector-draws": Call(path, write, refused=200, mark=made),
        "POST /v1/inspector-draws/{draw_id}/withdrawal": Call(f"{path}/{made}/withdrawal", write),
    }


async def receipt_calls(supply: Supply) -> dict[str, Call]:
    """A notice that a bakery of Port Said has printed."""
    notice = new_id()
    pool = supply.runtime.pool
    await pool.execute(
        "INSERT INTO receipt_notice (notice_id, programmes, first_day, last_day, ar, en)"
        " VALUES ($1, '{bread}', $2, $2, '{x}', '{x}')",
        notice, date.fromisoformat(DAY),
    )  # fmt: skip
    await pool.execute("INSERT INTO receipt_notice_figure VALUES ($1, '03', 1, 1)", notice)
    path = "/v1/receipt-notice-figures"
    return {f"GET {path}": Call(path, "campaigns:write", refused=200, mark=str(notice))}


async def free_calls(supply: Supply, till: Till, mine: dict[str, Any], near: dict[str, Any]) -> dict[str, Call]:
    """What a bakery sold to anybody, and takes back."""
    sold = [new_id(), new_id()]
    for sale in sold:
        await supply.runtime.pool.execute(
            "INSERT INTO free_sale (free_sale_id, outlet_id, terminal_id, business_day, sold_at, lines, loaves, amount)"
            " VALUES ($1, $2, $3, $4, now(), '[]', 5, 750)",
            sale, till.outlet_id, till.terminal_id, NOON.date(),
        )  # fmt: skip
    await in_force(supply, "supply.price", programme="free", item="loaf")
    path = "/v1/free-sales"
    return {
        "GET /v1/free-sales": Call(path, "redemptions:read", mine, near, refused=200, mark=str(sold[1])),
        "POST /v1/free-sales/{free_sale_id}/reversal": Call(
            f"{path}/{sold[0]}/reversal", "redemptions:create", mine, near, body={"json": {"reason": "x"}}
        ),
    }


async def sack_calls(supply: Supply, outlet_id: UUID) -> dict[str, Call]:
    """Flour that a bakery of Port Said was given, and a month of it that does not agree."""
    write, finding = "flour-deliveries:write", new_id()
    body = {"outlet_id": str(outlet_id), "delivered_on": DAY, "sacks": 20, "reference": "waybill 1"}
    made = (await supply.admin("POST", "/v1/flour-deliveries", write, json=body)).json()["delivery_id"]
    await supply.runtime.pool.execute(
        "INSERT INTO flour_finding (finding_id, outlet_id, month, sacks, expected, sold, allowed, found_at)"
        " VALUES ($1, $2, date '2026-10-01', 20, 14500, 14000, 290, now())",
        finding, outlet_id,
    )  # fmt: skip
    path, balances = "/v1/flour-deliveries", f"/v1/flour-balances?first={DAY}&last={DAY}"
    follow = f"/v1/flour-findings/{finding}/following"
    return {
        "POST /v1/flour-deliveries": Call(path, write, body={"json": body | {"reference": "waybill 2"}}),
        "GET /v1/flour-deliveries": Call(path, write, refused=200, mark=made),
        "POST /v1/flour-deliveries/{delivery_id}/withdrawal": Call(
            f"{path}/{made}/withdrawal", write, body={"json": {"reason": "another bakery's"}}
        ),
        "GET /v1/flour-balances": Call(balances, write, refused=200, mark=str(outlet_id)),
        "GET /v1/flour-findings": Call("/v1/flour-findings", "disputes:write", refused=200, mark=str(finding)),
        "PUT /v1/flour-findings/{finding_id}/following": Call(
            follow, "disputes:write", body={"json": {"note": "asked for the books"}}
        ),
    }


async def sheet_calls(supply: Supply) -> dict[str, Call]:
    """Paper sheets of an outlet of Port Said."""
    till, holder = await supply.till(), await supply.holder()
    sheet = await enter(supply, till, row(holder, bread(5)))
    body = {
        "outlet_id": str(till.outlet_id), "serial": "walk", "day": DAY, "outage": "power", "note": "dark",
        "evidence": "archive", "rows": [row(holder, bread(5))],
    }  # fmt: skip
    here: dict[str, Any] = dict(PORT_SAID)
    there: dict[str, Any] = dict(ISMAILIA)
    one, clerk, stranger = str(sheet["sheet_id"]), as_person(**here), as_person(**there)
    return {
        "POST /v1/paper-sheets": Call("/v1/paper-sheets", "sheets:write", clerk, stranger, body={"json": body}),
        "GET /v1/paper-sheets": Call("/v1/paper-sheets", "sheets:approve", refused=200, mark=one),
        "GET /v1/paper-sheets/{sheet_id}": Call(f"/v1/paper-sheets/{one}", "sheets:approve"),
    }


async def disputed(supply: Supply, chain: Chain) -> str:
    """A claim of an outlet of Port Said."""
    sale = chain.sell(await supply.holder(members=1), bread(1000))
    reply = await supply.client.post("/v1/offline-batches", json={"sales": [sale]}, headers=chain.till.headers())
    return str(reply.json()["results"][0]["dispute_id"])


async def missing(supply: Supply) -> str:
    """A gap in the chain of a terminal of Port Said."""
    till = await supply.till()
    chain = Chain(till)
    chain.sell(await supply.holder(), bread(5))
    sale = chain.sell(await supply.holder(), bread(5))
    await supply.client.post("/v1/offline-batches", json={"sales": [sale]}, headers=till.headers())
    [row] = await supply.fetch("SELECT gap_id FROM offline_gap WHERE terminal_id = $1", till.terminal_id)
    return str(row["gap_id"])


async def files(supply: Supply) -> dict[str, Call]:
    """The files that offices send."""
    return {
        "POST /v1/legacy-draws/{month}": await legacy_draws(supply),
        "POST /v1/household-lists/{kind}/{name}": await household_list(supply),
    }


async def household_list(supply: Supply) -> Call:
    """A list of the nation's, which nobody who is bound to a part of it proposes."""
    listed = new_id()
    await supply.deliver(told(listed, {"2020-01": 1}))
    body = {"content": f"household_id\n{listed}\n".encode(), "headers": {"Content-Type": "text/csv"}}
    path = "/v1/household-lists/grant/walk?since=2026-11-01"
    return Call(path, "policies:write", mine={}, refused=403, body=body)


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


async def acts(supply: Supply, chain: Chain, mine: dict[str, Any]) -> dict[str, Call]:
    """What a terminal does for whoever comes."""
    card, offline = await supply.holder(), chain.sell(await supply.holder(), bread(5))
    sale = {"card_id": str(card.card_id), "lines": [bread(5)]}
    return {
        "POST /v1/redemptions": Call("/v1/redemptions", "redemptions:create", mine, body={"json": sale}),
        "POST /v1/offline-batches": Call(
            "/v1/offline-batches", "redemptions:create", mine, body={"json": {"sales": [offline]}}
        ),
        "POST /v1/free-sales": Call("/v1/free-sales", "redemptions:create", mine, body={"json": FREE}),
        "GET /v1/policies": Call("/v1/policies", "policies:read"),
        "GET /v1/catalogue": Call("/v1/catalogue", "catalogue:read", mine),
        "GET /v1/terminal-configuration": Call("/v1/terminal-configuration", "redemptions:create", mine),
    }
