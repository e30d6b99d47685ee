"""A pension arrives, goods are bought on the allowance and the wallet, the day is closed and reconciled."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import httpx
import pytest

from devstack.demo.stages.story import PIN
from devstack.people.signed import PersonCaller
from devstack.people.store import Store
from devstack.terminal.wire import Wire

from .conftest import System, until

pytestmark = pytest.mark.slow

PENSION = 175_500
TEA = 5_00  # a packet, in piastres


def ask(system: System, client: str, method: str, path: str, **options: Any) -> Any:
    headers = {**system.headers(client), **options.pop("headers", {})}
    reply = httpx.request(method, f"{system.edge}{path}", headers=headers, timeout=30, **options)
    assert reply.is_success, f"{method} {path}: {reply.status_code} {reply.text}"
    return reply.json()


def pay_pension(system: System, citizen_id: str, reference: str) -> None:
    """One pension, made by a system and approved by a person."""
    funding = {"amount": PENSION, "reference": reference}
    paid = ask(system, "treasury", "POST", "/v1/payout-funds/pension/fundings", json=funding)
    decision = {"decision": "approve", "digest": paid["digest"]}
    decide(system, "treasury-approver", f"/v1/proposals/payment/{paid['proposal_id']}/decision", decision)
    declared = {"declared_count": 1, "declared_total": PENSION, "currency": "EGP"}
    body = {"reference": reference, "programme": "pension", **declared}
    batch = ask(system, "pension-authority", "POST", "/v1/payout-batches", json=body)["batch_id"]
    rows = f"citizen_id,amount,item_reference\n{citizen_id},{PENSION},1\n"
    path = f"/v1/payout-batches/{batch}"
    ask(
        system,
        "pension-authority",
        "POST",
        f"{path}/items",
        content=rows.encode(),
        headers={"Content-Type": "text/csv"},
    )
    ask(system, "pension-authority", "POST", f"{path}/submission")
    decide(system, "payouts-approver", f"{path}/approval")


def decide(system: System, role: str, path: str, body: dict[str, str] | None = None) -> None:
    """Decide as the person of the demonstration who has a role."""

    async def post() -> None:
        wire, store = Wire(system.edge, limit=1), Store(system.folder)
        try:
            await PersonCaller(wire, system.edge, store, store.of_role(role)).post(path, body)
        finally:
            await wire.aclose()

    asyncio.run(post())


def message(system: System, words: str, after: str) -> dict[str, str]:
    """The first SMS with those words that came after another."""
    query: dict[str, Any] = {"limit": 500, "after": after} if after else {"limit": 500}

    def those() -> list[dict[str, str]]:
        items = httpx.get(f"{system.sink}/messages", params=query, timeout=10).json()["items"]
        return [item for item in items if words in item["text"]]

    return until(those)[0]


def newest(system: System) -> str:
    items = httpx.get(f"{system.sink}/messages", params={"limit": 1, "newest": 1}, timeout=10).json()["items"]
    return str(items[-1]["id"]) if items else ""


def test_from_the_pension_to_the_reconciled_day(
    system: System, first: dict[str, Any], twentieth_of_the_month: str
) -> None:
    card = first["run"]["card"]
    holder = ask(system, "cards", "GET", f"/v1/cards/{card}")

    def terminal(*arguments: str) -> str:
        done = system.unicard("terminal", *arguments, "--name", "grocer", timeout=60)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        return said

    mark = newest(system)
    pay_pension(system, holder["citizen_id"], f"pension-{twentieth_of_the_month}")
    told = message(system, "معاش", mark)
    assert "1755 جنيه" in told["text"]

    terminal("enrol", "--kind", "grocer")
    alone = system.unicard("terminal", "sell", card, "tea_40g=99", "--wallet", "--name", "grocer", timeout=60)
    assert (alone.returncode, "holder_proof_required" in alone.stdout + alone.stderr) == (1, True), "a card's id alone"
    wallet = f"/v1/wallets/{card}"
    before = ask(system, "cards", "GET", wallet)["balance"]
    pots = ask(system, "cards", "GET", f"/v1/entitlements/{card}")["pots"]
    left = next(pot["remaining"] for pot in pots if pot["programme"] == "goods")
    packets = left // TEA + 10
    beyond = packets * TEA - left
    said = terminal("sell", card, f"tea_40g={packets}", "--wallet", "--pin", PIN)
    assert f"من المحفظة: {beyond // 100}.{beyond % 100:02d} جنيه" in said
    assert becomes(system, wallet, before - beyond)
    found = re.search(r"redemption (\S+)", said)
    assert found is not None
    terminal("reverse", found[1])
    assert becomes(system, wallet, before)
    terminal("sell", card, f"tea_40g={packets}", "--wallet", "--pin", PIN)
    assert becomes(system, wallet, before - beyond)

    answered = system.unicard("sms", "send", "رصيد", "--from", told["to"], "--wait", "20", timeout=60)
    assert "محفظة" in answered.stdout, answered.stdout + answered.stderr

    terminal("close-day", twentieth_of_the_month)
    done = system.unicard("reconcile", "--day", twentieth_of_the_month, "--wait", "20", "--json", timeout=60)
    result = json.loads(done.stdout)
    assert (done.returncode, result["findings"]) == (0, []), done.stdout + done.stderr
    assert result["total"]["wallet"] == result["total"]["ledger_wallet"] == beyond
    assert result["total"]["goods"] == result["total"]["pot_goods"] == left


def becomes(system: System, wallet: str, balance: int) -> bool:
    """Wait until a wallet comes to that balance."""
    return until(lambda: bool(ask(system, "cards", "GET", wallet)["balance"] == balance))
