"""Mixed sales and payouts while supply, payments and PostgreSQL's backends are killed: both ends are counted.

Nobody is paid twice, no hold is left behind, no sale is half done. `UNICARD_CHAOS_SECONDS` sets for how long.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chassis.clock import business_day
from chassis.testing import TestIssuer, eventually
from chassis.testing_events import Outside
from chassis.testing_proofs import PROVER
from devstack.engines.ports import free_ports
from devstack.reconcile.fetch import reconcile
from devstack.stack.service import PythonService, service_arguments
from devstack.terminal.caller import Caller, ClientSecret
from payment_service import POLICIES as PAYMENT
from policybook.testing import changed_copy
from supply_service import POLICIES as SUPPLY

from .books import Books
from .edge import LocalEdge
from .town import CLIENTS, Fire, Person, Till, close_days, make_tills, pay_pensions

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine, PostgresEngine

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("UNICARD_CHAOS_SECONDS", "25"))
TILLS, SHOPPERS, PENSIONERS, BATCHES = 12, 60, 1200, 6
FIRST, PENSION = 50_000, 1_755
HOLD_S, GRACE_S, MARGIN_S = 20, 5, 2
LOST_ANSWERS = 0.05
PLACE_KEYS = "k1:" + "A" * 43  # no outlet tells its number here


def service(package: str, port: int, environment: dict[str, str], folder: Path) -> PythonService:
    own = {**os.environ, **environment, "UNICARD_PORT": str(port), "UNICARD_LOG_LEVEL": "WARNING"}
    log_file = folder / f"{package}.log"
    return PythonService(
        package, service_arguments(package, port, "all"), port=port, environment=own, log_file=log_file
    )


def services(
    books: Books, broker: KafkaEngine, issuer: TestIssuer, folder: Path
) -> tuple[PythonService, PythonService]:
    """Supply and payments, with holds of seconds and payouts in small chunks."""
    common = {
        "UNICARD_KAFKA_BOOTSTRAP": broker.bootstrap,
        "UNICARD_JWKS": issuer.jwks,
        "UNICARD_CONSUMER_ATTEMPTS": "1000",
    }
    rules = changed_copy(SUPPLY, folder / "supply-policies", redemption__hold_margin_seconds=MARGIN_S)
    supply = {
        "UNICARD_DATABASE_URL": books.supply,
        "UNICARD_POLICIES": str(rules),
        "UNICARD_PLACE_CONTACT_KEYS": PLACE_KEYS,
        "UNICARD_RATION_CARD_KEY": "A" * 43,
        "UNICARD_SUPPLY_SIGNING_KEYS": PLACE_KEYS,
        "UNICARD_HOLDER_PROOF_KEYS": PROVER.jwks,
    }
    rules = changed_copy(
        PAYMENT, folder / "payment-policies", payment__hold_seconds=HOLD_S, payment__hold_grace_seconds=GRACE_S
    )
    payment = {
        "UNICARD_DATABASE_URL": books.payment,
        "UNICARD_POLICIES": str(rules),
        "UNICARD_PAYOUT_CHUNK": "2",
        "UNICARD_HOLDER_PROOF_KEYS": PROVER.jwks,
    }
    first, second = free_ports(2)
    return (
        service("supply_service", first, common | supply, folder),
        service("payment_service", second, common | payment, folder),
    )


def edge_of(supply: PythonService, payment: PythonService, issuer: TestIssuer) -> LocalEdge:
    edge = LocalEdge(f"http://127.0.0.1:{supply.port}", f"http://127.0.0.1:{payment.port}", issuer)
    edge.clients = CLIENTS
    return edge


async def under_fire(
    fire: Fire, tills: list[Till], edge: LocalEdge, authority: LocalEdge, shoppers: list[Person], all_: list[Person]
) -> None:
    """Sales at every till and a batch of pensions after the other, while everything is killed."""
    stopping, abandoning = asyncio.Event(), asyncio.Event()
    edge.cuts = LOST_ANSWERS
    load = [asyncio.create_task(till.run(shoppers, stopping, abandoning)) for till in tills]
    await asyncio.sleep(2)
    raging = asyncio.create_task(fire.rage(SECONDS))
    for number in range(BATCHES):
        await pay_pensions(authority, all_, PENSION, f"month-{number}")
        await asyncio.sleep(SECONDS / BATCHES / 2)
        if number >= BATCHES // 2:
            abandoning.set()  # so that the last hold runs out soon after the last sale
    await raging
    stopping.set()
    edge.cuts = 0.0
    await asyncio.wait_for(asyncio.gather(*load), 60)


async def test_killed_in_the_middle_of_sales_and_payouts(
    postgres_engine_factory: Any,
    kafka_engine_factory: Any,
    issuer: TestIssuer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    postgres: PostgresEngine = await asyncio.to_thread(postgres_engine_factory)
    broker: KafkaEngine = await asyncio.to_thread(kafka_engine_factory)
    books = await Books.make(postgres)
    supply, payment = services(books, broker, issuer, tmp_path)
    edge, authority = edge_of(supply, payment, issuer), edge_of(supply, payment, issuer)
    shoppers, pensioners = ([Person() for _ in range(number)] for number in (SHOPPERS, PENSIONERS))
    everybody = [*shoppers, *pensioners]

    async def known() -> bool:
        return await books.citizens() == len(everybody)

    async with Fire([supply, payment], postgres) as fire:
        await Outside(broker.bootstrap, "").tell(*(event for person in everybody for event in person.events()))
        tills = await make_tills(edge, TILLS, tmp_path)
        await eventually(known, seconds=60, every=0.5)
        await pay_pensions(edge, shoppers, FIRST, "first")
        await eventually(books.paid, seconds=30, every=0.2)
        await under_fire(fire, tills, edge, authority, shoppers, everybody)
        ended = time.monotonic()
        await eventually(books.settled, seconds=HOLD_S + GRACE_S + 60, every=0.5)
        quiet = time.monotonic() - ended
        await eventually(books.paid, seconds=60, every=0.5)
        await close_days(tills)
        auditor = Caller(edge, ClientSecret("reconciliation", ""))
        result = await reconcile(auditor, business_day(datetime.now(UTC)), 30)
        proof = await auditor.get("/v1/ledger-proof")
        await edge.aclose()
        await authority.aclose()
    told = sum((till.counts for till in tills), Counter[str]())
    sold, reversed_, abandoned = (sum(map(len, each)) for each in zip(*(t.summary() for t in tills), strict=True))
    with capsys.disabled():
        sys.stdout.write(
            f"\nchaos of {SECONDS:.0f} s: {dict(fire.counts)}\n  tills: {dict(told)}\n"
            f"  sold {sold}, reversed {reversed_}, paid by wallets {result.total.wallet} piastres net,"
            f" holds abandoned {abandoned}, payouts {SHOPPERS + BATCHES * len(everybody)}\n"
            f"  all settled {quiet:.1f} s after the last sale\n"
        )
    income = {person.citizen_id: PENSION * BATCHES for person in everybody}
    income |= {person.citizen_id: PENSION * BATCHES + FIRST for person in shoppers}
    await books.check_sales(tills)
    await books.check_holds()
    await books.check_wallets(everybody, income)
    await books.check_payouts(SHOPPERS + BATCHES * len(everybody))
    assert result.agrees, [str(finding) for finding in result.findings]
    assert proof["sound"], proof
    assert min(result.total.wallet, abandoned, reversed_) > 0
