"""Money belongs to somebody: every operation, tried by a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from approvals.testing import as_person, proposal_calls
from chassis.clock import Clock, business_day
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_acts import Own
from chassis.testing_proofs import prove
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call, signed_by, walk
from contracts.card import PersonDied
from contracts.health import ProviderRegistered
from contracts.supply import OutletRegistered
from payment_service.ledger.accounts import account_id, wallet_id
from policybook.testing import policy_calls

from ..support import PENSIONS, activated, deliver

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from ..support import House

ANYONE = {
    "GET /v1/self/wallet": "citizens' own, see test_own.py",
    "GET /v1/policies/payment": "the rules are the same for all",
    "PUT /v1/payout-funds/{fund}": "the treasury proposes whose a fund is: `test_funds`",
    "POST /v1/payout-funds/{fund}/fundings": "the treasury proposes to pay into any fund: `test_funds`",
    "PUT /v1/payout-programmes/{programme}": "the treasury says what a programme is: `test_funds`",
    "POST /v1/payments/authorizations": "a sale: which cards may pay at an outlet is a rule of the sale",
    "POST /v1/payout-batches": "a batch belongs to whoever declares it",
    "POST /v1/support-batches": "only of a programme of one's own: `test_support`",
}
BATCHES = "/v1/payout-batches"
CSV = {"content-type": "text/csv"}
NATION: dict[str, Any] = {}
_OF = "SELECT {}_by::text FROM transfer_by WHERE transfer_id = ({})::uuid"
OWN = {
    "POST /v1/transfers": Own(_OF.format("ordered", "$1::jsonb #>> '{results,0,transfer_id}'")),
    "POST /v1/payments/authorizations": Own(_OF.format("ordered", "$1::jsonb ->> 'payment_id'")),
    "POST /v1/payments/{payment_id}/capture": Own(_OF.format("settled", "$1::jsonb ->> 'payment_id'")),
    "POST /v1/payments/{payment_id}/void": Own(_OF.format("settled", "$1::jsonb ->> 'payment_id'")),
    "POST /v1/payments/{payment_id}/refunds": Own(_OF.format("ordered", "$1::jsonb ->> 'refund_id'")),
}
MINE: dict[str, Any] = {**PORT_SAID, "authority": PENSIONS}


async def paid(house: House, card: UUID, key: str = "references") -> str:
    made = await house.hold(card, 500, reference=key)
    assert made.status_code == 201, made.text
    return str(made.json()["payment_id"])


async def release_of_the_dead(house: House) -> Call:
    """The call that proposes what becomes of the wallet of one who is dead."""
    card, citizen, household = await house.citizen()
    died = PersonDied(
        household_id=household, citizen_id=citizen, died_on=Clock().now().date(), was_head=True,
        effective_month="2026-12", change_id=new_id(),
    )  # fmt: skip
    await deliver(house, died)
    body = {"json": {"because": "error", "reason": "a walk"}}
    return Call(f"/v1/wallets/{card}/release", "funds:write", body=body)


async def correction(house: House) -> Call:
    """The call that proposes to take back what a wallet was paid."""
    card, citizen, _ = await house.citizen(balance=1_000)
    query = "SELECT transfer_id FROM transfer WHERE credit_account_id = $1"
    credit = await house.runtime.pool.fetchval(query, wallet_id(citizen))
    body = {"json": {"transfer_id": str(credit), "amount": 100, "reason": "a walk"}}
    return Call(f"/v1/wallets/{card}/corrections", "funds:write", body=body)


async def declared(house: House, citizen: UUID, *steps: str) -> str:
    """A batch of one payout made in Port Said."""
    body = {"reference": str(new_id()), "programme": "pension", "declared_count": 1, "declared_total": 100}
    headers = house.issuer.headers("maker", "payouts:submit", **MINE)
    batch = (await house.client.post("/v1/payout-batches", json=body, headers=headers)).json()["batch_id"]
    rows = f"citizen_id,amount,item_reference\n{citizen},100,1\n"
    for step in steps:
        headers = house.issuer.headers("maker", "payouts:submit", **MINE)
        sent: dict[str, Any] = {"headers": headers}
        if step == "items":
            sent = {"content": rows, "headers": headers | {"content-type": "text/csv"}}
        made = await house.client.post(f"/v1/payout-batches/{batch}/{step}", **sent)
        assert made.is_success, made.text
    return str(batch)


async def proposed(house: House, proposal_id: str) -> dict[str, Any]:
    headers = house.issuer.headers("m", "payouts:submit", **MINE)
    found = await house.client.get(f"/v1/proposals/payment/{proposal_id}", headers=headers)
    assert found.status_code == 200, found.text
    document: dict[str, Any] = found.json()
    return document


async def proposal_of(house: House, batch: str) -> dict[str, Any]:
    headers = house.issuer.headers("m", "payouts:submit", **MINE)
    found: dict[str, Any] = (await house.client.get(f"{BATCHES}/{batch}", headers=headers)).json()
    return found


async def unpaid(house: House) -> str:
    """A batch of Port Said whose one line failed: its payee lives elsewhere."""
    _, stranger, _ = await house.citizen(governorate="19")
    batch = await declared(house, stranger, "items", "submission")
    await house.fill(1_000)
    headers = house.issuer.person("payouts:approve", **MINE)
    assert (await house.client.post(f"{BATCHES}/{batch}/approval", headers=headers)).status_code == 200

    async def failed() -> bool:
        return bool((await proposal_of(house, batch))["failed_count"] == 1)

    await eventually(failed)
    return batch


async def due(house: House, citizen: UUID) -> None:
    """Something that could be gathered into a batch."""
    household = new_id()
    async with house.runtime.pool.acquire() as connection:
        await connection.execute("INSERT INTO household_head VALUES ($1, $2, 1)", household, citizen)
        await connection.execute(
            "INSERT INTO support_due VALUES ($1, $2, 'pension', '2026-11-01', 100, now(), NULL)", new_id(), household
        )


def payouts(citizen: UUID, empty: str, full: str, submitted: str, failed: str) -> dict[str, Any]:
    """What is the pension authority's in Port Said, tried by another authority and another governorate there."""
    strangers: tuple[dict[str, Any], ...] = (
        {**PORT_SAID, "authority": "ministry"},
        {**ISMAILIA, "authority": PENSIONS},
        PORT_SAID,
        {},
    )

    def calls(path: str, scope: str = "payouts:submit", refused: int = 404, **more: Any) -> list[Call]:
        return [Call(path, scope, MINE, stranger, refused=refused, **more) for stranger in strangers]

    def by_people(path: str, scope: str) -> list[Call]:
        return [Call(path, scope, as_person(**MINE), as_person(**stranger)) for stranger in strangers]

    one, row = f"{BATCHES}/{{batch_id}}", f"{BATCHES}/{full}/items/1"
    rows = {"content": f"citizen_id,amount,item_reference\n{citizen},100,1\n", "headers": CSV}
    said = {"json": {"declared_count": 1, "declared_total": 100}}
    retry = {"json": {"reference": "again"}}
    reason = {"json": {"reason": "again"}}
    return {
        "GET /v1/payout-batches": calls(BATCHES, refused=200, mark=full),
        f"GET {one}": calls(f"{BATCHES}/{empty}"),
        f"GET {one}/items": calls(f"{BATCHES}/{full}/items"),
        f"GET {one}/faults": calls(f"{BATCHES}/{full}/faults"),
        f"GET {one}/doubles": calls(f"{BATCHES}/{submitted}/doubles"),
        f"GET {one}/result": calls(f"{BATCHES}/{full}/result"),
        f"POST {one}/items": calls(f"{BATCHES}/{empty}/items", body=rows),
        f"PUT {one}/declaration": calls(f"{BATCHES}/{empty}/declaration", body=said),
        f"PATCH {one}/items/{{number}}": calls(row, body={"json": {"amount": 100}}),
        f"POST {one}/submission": calls(f"{BATCHES}/{full}/submission"),
        f"POST {one}/reopening": calls(f"{BATCHES}/{full}/reopening"),
        f"DELETE {one}/items/{{number}}": calls(row),
        f"POST {one}/approval": by_people(f"{BATCHES}/{submitted}/approval", "payouts:approve"),
        f"POST {one}/retry": calls(f"{BATCHES}/{failed}/retry", body=retry),
        f"POST {one}/cancellation": calls(f"{BATCHES}/{full}/cancellation", body=reason),
        "GET /v1/support-dues/{programme}": calls("/v1/support-dues/pension?month=2026-11")[:1],
        "GET /v1/payout-funds": calls("/v1/payout-funds", refused=200, mark=PENSIONS)[:1],
        "GET /v1/payout-funds/{fund}": calls("/v1/payout-funds/pension")[:1],
        "GET /v1/payout-programmes": calls("/v1/payout-programmes", refused=200, mark=PENSIONS)[:1],
        "GET /v1/payout-programmes/{programme}": calls("/v1/payout-programmes/pension")[:1],
    }


async def test_every_operation_asks_whose_it_is(house: House) -> None:
    card, citizen, _ = await house.citizen(balance=10_000)
    pool = house.runtime.pool
    till = {"kind": "terminal", "outlet_id": house.outlet_id, "subject": str(new_id()), **PORT_SAID}
    stray = {"kind": "terminal", "outlet_id": new_id(), "subject": str(new_id())}
    near, today = stray | PORT_SAID, business_day(Clock().now())
    await deliver(
        house,
        OutletRegistered(outlet_id=house.outlet_id, kind="grocer", governorate="03", district="03.02"),
        ProviderRegistered(provider_id=new_id(), kind="hospital", governorate="19"),
    )
    await pool.execute(
        "INSERT INTO merchant_booking (source_id, payment_id, kind, merchant_id, business_day, amount)"
        " VALUES ($1, $1, 'settlement', $2, $3, 5)",
        new_id(), house.outlet_id, today,
    )  # fmt: skip
    await due(house, citizen)
    held = [await paid(house, card) for _ in range(3)]
    empty, full = await declared(house, citizen), await declared(house, citizen, "items")
    submitted = await declared(house, citizen, "items", "submission")
    waiting = await declared(house, citizen, "items", "submission")
    another = await declared(house, citizen, "items", "submission")
    failed = await unpaid(house)
    seen = await proposal_of(house, waiting)
    account = await pool.fetchval("SELECT wallet_id FROM wallet WHERE citizen_id = $1", citizen)
    await walk(
        house.app,
        house.client,
        signed_by(house.issuer),
        {
            **await policy_calls(house.client, house.issuer, "payment", "/v1/policies/payment"),
            "GET /v1/wallets/{card_id}": [
                Call(f"/v1/wallets/{card}", "wallets:read"),
            ],
            "POST /v1/wallets/{card_id}/release": await release_of_the_dead(house),
            "POST /v1/wallets/{card_id}/corrections": await correction(house),
            "GET /v1/wallets/{card_id}/statement": Call(f"/v1/wallets/{card}/statement", "wallets:read"),
            "GET /v1/payments/{payment_id}": [
                Call(f"/v1/payments/{held[0]}", "payments:read"),
                Call(f"/v1/payments/{held[0]}", "payments:create", mine=till, stranger=near),
            ],
            "POST /v1/payments/{payment_id}/capture": Call(
                f"/v1/payments/{held[0]}/capture", "payments:create", till, near, body={"json": {}}
            ),
            "POST /v1/payments/{payment_id}/void": Call(f"/v1/payments/{held[1]}/void", "payments:create", till, near),
            "POST /v1/payments/{payment_id}/refunds": Call(
                f"/v1/payments/{held[0]}/refunds", "payments:create", till, near,
                body={"json": {"amount": 5, "reason": "back"}},
            ),
            "GET /v1/merchant-totals": Call(
                f"/v1/merchant-totals?day={today}", "ledger:read", refused=200, mark=str(house.outlet_id)
            ),
            **ledger(account, today),
            **payouts(citizen, empty, full, submitted, failed),
            **proposal_calls(
                "payment",
                await proposed(house, seen["proposal_id"]),
                "payouts:submit",
                "payouts:approve",
                proposer={"subject": "maker"},
                other=(await proposal_of(house, another))["proposal_id"],
                mine=MINE,
                stranger={**PORT_SAID, "authority": "ministry"},
            ),
        },
        ANYONE,
        acts=acts(house, card, till),
        own=OWN,
        elsewhere={"GET /v1/self/wallet"},
    )  # fmt: skip


def ledger(account: UUID, today: date) -> dict[str, Call]:
    """The books as such, which are the nation's."""
    fund = {"kind": "fund", "owner": "bread"}
    move = {"debit_account_id": str(account_id("fund", "test")), "credit_account_id": str(account), "amount": 5}
    transfer = {"transfers": [move]}
    return {
        "POST /v1/transfers": Call("/v1/transfers", "ledger:write", NATION, body={"json": transfer}),
        "POST /v1/accounts": Call("/v1/accounts", "ledger:write", NATION, refused=403, body={"json": fund}),
        "GET /v1/accounts/{account_id}": Call(f"/v1/accounts/{account}", "ledger:read"),
        "GET /v1/ledger-totals": Call(f"/v1/ledger-totals?day={today}", "ledger:read", NATION),
        "GET /v1/ledger-proof": Call("/v1/ledger-proof", "ledger:read", NATION),
    }


def acts(house: House, card: UUID, till: dict[str, Any]) -> dict[str, Call]:
    """What belongs to nobody before it is done, by who may."""
    treasury: dict[str, Any] = {"subject": "treasury", "authority": "finance-ministry", **NATION}
    names = {"name_ar": "صندوق", "name_en": "fund"}
    fund = {"json": {"authority": PENSIONS, **names}}
    programme = {"json": {"fund": "walked", "kind": "other", **names}}
    batch = {"reference": str(new_id()), "programme": "pension", "declared_count": 1, "declared_total": 100}
    support = {"reference": str(new_id()), "programme": "pension", "month": "2026-11"}
    proof = prove(str(till["subject"]), card, 5)
    held = {"card_id": str(card), "amount": 5, "reference": "a walk", "holder_proof": proof}
    return {
        "GET /v1/policies/payment": Call("/v1/policies/payment", "policies:read"),
        "PUT /v1/payout-funds/{fund}": Call("/v1/payout-funds/walked", "funds:write", treasury, body=fund),
        "POST /v1/payout-funds/{fund}/fundings": Call(
            "/v1/payout-funds/walked/fundings", "funds:write", treasury, body={"json": {"amount": 5, "reference": "w"}}
        ),
        "PUT /v1/payout-programmes/{programme}": Call(
            "/v1/payout-programmes/walked", "funds:write", treasury, body=programme
        ),
        "POST /v1/payout-batches": Call(BATCHES, "payouts:submit", MINE, body={"json": batch}),
        "POST /v1/support-batches": Call(
            "/v1/support-batches", "payouts:submit", {"subject": "maker", "authority": PENSIONS}, body={"json": support}
        ),
        "POST /v1/payments/authorizations": Call(
            "/v1/payments/authorizations", "payments:create", till, body={"json": held}
        ),
    }


async def test_a_governorate_pays_its_own_citizens_only(house: House) -> None:
    _, stranger, _ = await house.citizen(governorate="19")
    batch = await declared(house, stranger, "items", "submission")
    await house.fill(100)
    headers = house.issuer.person("payouts:approve", **MINE)
    assert (await house.client.post(f"/v1/payout-batches/{batch}/approval", headers=headers)).status_code == 200

    async def failed() -> bool:
        reply = await house.client.get(
            f"/v1/payout-batches/{batch}", headers=house.issuer.headers("maker", "payouts:submit", **MINE)
        )
        return bool(reply.json()["failed_count"] == 1)

    await eventually(failed)
    assert await house.balance(stranger) == (0, 0)


async def test_a_wallet_of_before_is_the_nations_until_its_governorate_is_told(house: House) -> None:
    card, citizen, household = await house.citizen()
    await house.runtime.pool.execute("UPDATE wallet SET governorate = NULL WHERE citizen_id = $1", citizen)

    async def status(**claims: Any) -> int:
        headers = house.issuer.headers("reader", "wallets:read", **claims)
        return (await house.client.get(f"/v1/wallets/{card}", headers=headers)).status_code

    assert (await status(), await status(**PORT_SAID)) == (200, 404)
    await deliver(house, activated(card, citizen, household))
    assert (await status(), await status(**PORT_SAID)) == (200, 200)


async def test_who_is_bound_to_a_district_hears_that_none_is_known_here(house: House) -> None:
    """Not that there is no such wallet: it may well be one of the district."""
    card, _, _ = await house.citizen()
    headers = house.issuer.headers("unit", "wallets:read", governorate="03.02")
    for path in (f"/v1/wallets/{card}", f"/v1/wallets/{new_id()}", f"/v1/wallets/{card}/statement"):
        reply = await house.client.get(path, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (403, "district_not_kept"), reply.text
