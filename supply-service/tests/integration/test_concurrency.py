"""Many terminals at once: nothing is given twice, and every copy of a request hears the same."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import orjson
import pytest

from chassis.ids import new_id
from chassis.sealing import Keyring
from chassis.signing import Signer
from chassis.testing import (
    MakeDatabase,
    TestIssuer,
    connected_as_owner,
    eventually,
    execute_as_owner,
    lock_awaited,
)
from contracts.card import CardBlocked
from supply_service import MIGRATIONS
from supply_service.cards.credential import CredentialKeys

from ..support import NOON, PLACE_KEYS, Holder, Supply, bread, goods, serve, settings_for, told
from .test_offline import Chain, canonical, statuses, upload

OPEN_TRANSACTIONS = (
    "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
ALONE = (
    "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usename IS NOT NULL)"
)


@pytest.fixture(scope="module")
async def pair(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[tuple[Supply, Supply]]:
    """Two processes' worth of the service, with several lanes each, on one database."""
    url = await make_database(MIGRATIONS)
    settings = settings_for(url, issuer, lanes=3)
    async with serve(settings, issuer) as one, serve(settings, issuer) as two:
        yield one, two
        await one.audit()


def outcomes(replies: Sequence[httpx.Response]) -> Counter[str]:
    return Counter(str(r.json().get("code", r.status_code)) for r in replies)


async def test_two_terminals_one_household_same_second_one_quota(pair: tuple[Supply, Supply]) -> None:
    one, two = pair
    tills = [await one.till(), await one.till()]
    for number in range(25):
        holder = await one.holder(members=3)
        second = await one.holder(members=3, household_id=holder.household_id)
        await two.catch_up()
        replies = await asyncio.gather(
            one.sell(tills[0], holder, bread(15)), two.sell(tills[1], second if number % 2 else holder, bread(15))
        )
        assert outcomes(replies) == {"201": 1, "day_already_drawn": 1}


async def test_two_hundred_callers_one_unit(pair: tuple[Supply, Supply]) -> None:
    one, two = pair
    shop, holder = await one.till("grocer"), await one.holder(members=1)
    await two.catch_up()
    replies = await asyncio.gather(
        *(supply.sell(shop, holder, goods("oil", 1)) for supply in (one, two) for _ in range(100))
    )
    assert outcomes(replies) == {"201": 1, "item_limit_exceeded": 199}
    assert (await one.left(holder, shop))["goods"] == 2000


async def test_copies_of_one_request_get_one_answer(pair: tuple[Supply, Supply]) -> None:
    one, two = pair
    till, holder, key = await one.till(), await one.holder(members=3), str(new_id())
    await two.catch_up()
    replies = await asyncio.gather(
        *(supply.sell(till, holder, bread(15), key=key) for supply in (one, two) for _ in range(40))
    )
    assert {(r.status_code, r.content) for r in replies} == {(201, replies[0].content)}
    assert sum("idempotency-replayed" in r.headers for r in replies) == 79
    assert len(await one.fetch("SELECT 1 FROM redemption WHERE household_id = $1", holder.household_id)) == 1


async def test_the_retry_of_the_last_loaf_gets_its_first_answer(supply: Supply) -> None:
    till, holder, key = await supply.till(), await supply.holder(members=1), str(new_id())
    supply.at(NOON.replace(day=30))
    first = await supply.sell(till, holder, bread(5), key=key)
    assert first.status_code == 201
    supply.at(NOON.replace(day=30) + timedelta(seconds=5))
    again = await supply.sell(till, holder, bread(5), key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert (await supply.sell(till, holder, bread(5))).json()["code"] == "day_already_drawn"


async def test_a_key_belongs_to_one_request(supply: Supply) -> None:
    till, holder, key = await supply.till(), await supply.holder(members=3), str(new_id())
    replies = await asyncio.gather(
        supply.sell(till, holder, bread(15), key=key), supply.sell(till, holder, bread(5), key=key)
    )
    assert outcomes(replies) == {"201": 1, "idempotency_key_reused": 1}
    other = await supply.sell(till, holder, bread(10), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    headers = {name: value for name, value in till.headers().items() if name != "Idempotency-Key"}
    body = {"card_id": str(holder.card_id), "lines": [bread(15)]}
    missing = await supply.client.post("/v1/redemptions", json=body, headers=headers)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_refusal_is_not_kept(supply: Supply) -> None:
    till, holder, key = await supply.till(), await supply.holder(members=1), str(new_id())
    assert (await supply.sell(till, holder, bread(15), key=key)).status_code == 201
    refused = str(new_id())
    assert (await supply.sell(till, holder, bread(5), key=refused)).status_code == 409
    supply.at(NOON + timedelta(days=3))
    assert (await supply.sell(till, holder, bread(5), key=refused)).status_code == 201


async def test_a_fault_of_one_request_fails_that_request_alone(supply: Supply) -> None:
    """Rows that contradict a constraint: the batch is halved until the request at fault stands alone."""
    till = await supply.till()
    holders = [await supply.holder(members=1) for _ in range(9)]
    for holder in holders:
        assert (await supply.sell(till, holder, bread(5))).status_code == 201
    supply.at(NOON + timedelta(days=1))
    rule = f"household_id <> '{holders[4].household_id}' OR programme <> 'bread' OR remaining = 145"
    url = supply.runtime.settings.database_url
    await execute_as_owner(url, f"ALTER TABLE pot ADD CONSTRAINT planted CHECK ({rule})")
    try:
        replies = await asyncio.gather(*(supply.sell(till, holder, bread(5)) for holder in holders))
    finally:
        await execute_as_owner(url, "ALTER TABLE pot DROP CONSTRAINT planted")
    assert [r.status_code for r in replies] == [201, 201, 201, 201, 500, 201, 201, 201, 201]
    assert (await supply.left(holders[4], till))["bread"] == 145
    assert (await supply.sell(till, holders[4], bread(5))).status_code == 201


async def test_a_block_voids_what_is_being_decided(supply: Supply) -> None:
    """From the commit of the block on no sale of the card commits, whatever was read before it."""
    till = await supply.till()
    for _ in range(10):
        holder = await supply.holder(members=3)
        card = {"card_id": holder.card_id, "citizen_id": new_id(), "household_id": holder.household_id}
        selling = [asyncio.create_task(supply.sell(till, holder, goods("sugar", 1))) for _ in range(3)]
        sale = asyncio.create_task(supply.sell(till, holder, bread(15)))
        await supply.deliver(CardBlocked(**card, reason="lost", blocked_at=NOON))
        late = await supply.sell(till, holder, bread(15))
        assert late.json()["code"] in {"card_blocked"}
        assert (await sale).status_code in {201, 409}
        await asyncio.gather(*selling)


async def test_cards_of_one_household_in_several_lanes(pair: tuple[Supply, Supply]) -> None:
    one, two = pair
    shop, holder = await one.till("complex"), await one.holder(members=8)
    cards = [holder] + [await one.holder(members=8, household_id=holder.household_id) for _ in range(7)]
    await two.catch_up()
    replies = await asyncio.gather(
        *(supply.sell(shop, card, goods("salt_300g", 1)) for supply in pair for card in cards for _ in range(5))
    )
    assert outcomes(replies) == {"201": 80}
    assert (await one.left(holder, shop))["goods"] == 30000 - 80 * 125


async def test_a_lane_that_loses_its_connection(supply: Supply) -> None:
    """The outcome of a batch under way is unknown to its callers: 503, and the repeat tells them."""
    till, holders = await supply.till(), [await supply.holder(members=1) for _ in range(120)]

    async def until_answered(holder: Holder) -> int:
        key = str(new_id())

        async def outcome() -> int:
            status = (await supply.sell(till, holder, bread(5), key=key)).status_code
            return 0 if status == 503 else status

        return int(await eventually(outcome, seconds=20))

    async def cut() -> None:
        for _ in range(15):
            await supply.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'supply-lane%' AND datname = current_database()"
            )
            await asyncio.sleep(0.02)

    cutting = asyncio.create_task(cut())
    answers: list[int] = []
    for start in range(0, len(holders), 12):
        answered = await asyncio.gather(*(until_answered(holder) for holder in holders[start : start + 12]))
        answers += answered
    await cutting
    assert Counter(answers) == {201: 120}
    drawn = await supply.fetch("SELECT count(*) AS n FROM redemption WHERE outlet_id = $1", till.outlet_id)
    assert drawn[0]["n"] == 120


async def test_a_lane_and_a_consumer_lock_households_in_one_order(
    make_database: MakeDatabase, issuer: TestIssuer
) -> None:
    url = await make_database(MIGRATIONS)
    async with serve(settings_for(url, issuer, lanes=1), issuer) as supply:
        till = await supply.till()
        first, second, last = [await supply.holder() for _ in range(3)]
        assert first.household_id < second.household_id
        events = (
            CardBlocked(
                card_id=new_id(), citizen_id=new_id(), household_id=second.household_id, reason="lost", blocked_at=NOON
            ),
            told(first.household_id, {"2020-01": 3, "2026-12": 4}, revision=2),
        )

        async def both_wait() -> bool:
            return len(supply.runtime.state.lanes._commit._queues[0]) == 2

        async with held(supply, first):
            async with held(supply, last):
                sales = [asyncio.create_task(supply.sell(till, last, bread(5)))]
                await lock_awaited(supply.runtime.pool)  # the lane is busy: the next two make one batch
                sales += [asyncio.create_task(supply.sell(till, one, bread(5))) for one in (first, second)]
                await eventually(both_wait)
            await lock_awaited(supply.runtime.pool)
            consuming = asyncio.create_task(supply.deliver(*events))
            await lock_awaited(supply.runtime.pool, by=2)
        assert [(await sale).status_code for sale in sales] == [201] * 3
        await consuming
    async with connected_as_owner(url) as connection:
        await eventually(lambda: connection.fetchval(ALONE))  # each has told the server's statistics what it met
        assert await connection.fetchval(DEADLOCKS) == 0


@asynccontextmanager
async def held(supply: Supply, holder: Holder) -> AsyncIterator[None]:
    """Somebody else has a household."""
    async with supply.runtime.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM household WHERE household_id = $1 FOR UPDATE", holder.household_id)
        yield


async def test_uploads_that_wait_leave_connections_for_everybody_else(
    make_database: MakeDatabase, issuer: TestIssuer
) -> None:
    async with serve(settings_for(await make_database(MIGRATIONS), issuer, pool_size=4), issuer) as supply:
        holder = await supply.holder()
        tills = [await supply.till() for _ in range(6)]
        async with supply.runtime.pool.acquire() as other, other.transaction():
            # The lanes wait for this household, and the uploads for the lanes.
            await other.execute("SELECT FROM household WHERE household_id = $1 FOR UPDATE", holder.household_id)
            uploads = [
                asyncio.create_task(upload(supply, till, [Chain(till).sell(holder, bread(5))])) for till in tills
            ]
            await asyncio.sleep(0.5)
            async with asyncio.timeout(3):  # a request gives up waiting for a connection after five seconds
                reply = await supply.admin("GET", f"/v1/outlets/{tills[0].outlet_id}", "outlets:read")
                assert reply.status_code == 200, reply.text
        answers = await asyncio.gather(*uploads)
        assert [answer["accepted"] for answer in answers] == [1] * 6


async def test_an_upload_waits_for_the_keys_of_cards_once_and_holds_no_transaction_meanwhile(
    make_database: MakeDatabase, issuer: TestIssuer
) -> None:
    asked = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    keys = await asyncio.start_server(never, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{keys.sockets[0].getsockname()[1]}/v1/credential-keys"
    settings = settings_for(await make_database(MIGRATIONS), issuer, credential_keys_url=url)
    async with serve(settings, issuer) as supply:
        till, holder = await supply.till(), await supply.holder()
        chain = Chain(till)
        waiting = asyncio.create_task(upload(supply, till, [chain.sell(holder, bread(5))]))
        await asyncio.wait_for(asked.wait(), 30)

        async def none_open() -> bool:
            """Others may have one for a moment, such as who applies events; the upload would keep its own."""
            return not await supply.fetch(OPEN_TRANSACTIONS)

        await eventually(none_open)
        assert not waiting.done(), "it has to be still waiting for the keys"
        assert statuses(await waiting) == [("disputed", "credential_unverified")]
        async with asyncio.timeout(1):
            again = await upload(supply, till, [chain.sell(holder, bread(5))])
            assert statuses(again) == [("disputed", "credential_unverified")]
    keys.close()


class Watched(CredentialKeys):
    """The keys, and on which threads they were asked."""

    threads: set[int]

    def holds(self, credential: str, card_id: UUID, at: datetime) -> bool:
        self.threads.add(threading.get_ident())
        return super().holds(credential, card_id, at)


async def test_credentials_are_checked_while_others_go_on(supply: Supply) -> None:
    signer = Signer.of(Keyring.parse(PLACE_KEYS))
    watched = Watched(orjson.dumps(signer.public_jwks()).decode(), None)
    watched.threads, kept = set(), supply.runtime.state.credentials
    supply.runtime.state.credentials = watched
    try:
        till, holder = await supply.till(), await supply.holder()
        chain, claims = Chain(till), {"card": str(holder.card_id), "exp": int((NOON + timedelta(days=9)).timestamp())}
        genuine, none = chain.sell(holder, bread(5)), chain.sell(holder, bread(5))
        genuine["credential"] = signer.compact("unicard+jws", claims)
        chain.sign(genuine)
        none["previous_hash"] = hashlib.sha256(canonical(genuine)).hexdigest()
        chain.sign(none)
        answer = await upload(supply, till, [genuine, none])
    finally:
        supply.runtime.state.credentials = kept
    assert statuses(answer) == [("applied", None), ("rejected", "credential_invalid")]
    assert watched.threads
    assert threading.get_ident() not in watched.threads
