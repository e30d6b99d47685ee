"""The keeper: whatever is missing at the broker is there again within seconds, and what nobody should have is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import SaslAuthenticationFailed

from broker_access.administrator import Administrator
from broker_access.connection import Kafka
from broker_access.keeper import LOOK_SECONDS, Keeper, Wanted
from broker_access.table import Entry, Table
from broker_access.topics import Topic, create_topics

from .conftest import Broker

WITHIN_SECONDS = 60.0  # what a broker does in one; a machine that is busy may take long


@pytest.fixture
async def kept(broker: Broker) -> AsyncIterator[Broker]:
    """The broker with its keeper at work."""
    keeping = asyncio.create_task(broker.keeper.keep())
    yield broker
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def whole(broker: Broker) -> bool:
    """Whether every user gets in and finds its topics and rights."""
    async with Administrator(broker.engine.administrator) as administrator:
        users, entries = await administrator.users(), await administrator.entries()
    if users != set(broker.table.users) or entries != broker.table.entries:
        return False
    for user in broker.table.users:
        await gets_in(broker.login(user))
    return set(broker.table.event_topics) <= await topics(broker.engine.administrator)


async def gets_in(kafka: Kafka) -> None:
    """Wait until the broker has heard from its controller of a user, or of its new password."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            try:
                await kafka.log_in()
                return
            except SaslAuthenticationFailed:
                await asyncio.sleep(0.05)


async def topics(kafka: Kafka) -> set[str]:
    admin = AIOKafkaAdminClient(**kafka.options)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def again(broker: Broker) -> float:
    """After how many seconds the broker was whole again."""
    began = time.monotonic()
    while not await whole(broker):
        assert time.monotonic() - began < WITHIN_SECONDS
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def lose_topic(broker: Broker) -> None:
    admin = AIOKafkaAdminClient(**broker.engine.administrator.options)
    await admin.start()
    await admin.delete_topics(["card.events.v1"])
    await admin.close()


async def lose_user(broker: Broker) -> None:
    async with Administrator(broker.engine.administrator) as administrator:
        await administrator.remove_users(["card"])


async def lose_right(broker: Broker) -> None:
    async with Administrator(broker.engine.administrator) as administrator:
        await administrator.revoke([Entry("card", "write", "card.events.v1")])


async def gain_right(broker: Broker) -> None:
    """What a version before allowed, or somebody helped himself to."""
    async with Administrator(broker.engine.administrator) as administrator:
        await administrator.grant([Entry("supply", "read", "card.contacts.v1")])


async def lose_all(broker: Broker) -> None:
    await asyncio.to_thread(broker.engine.wipe)
    await asyncio.to_thread(broker.engine.start)


@pytest.mark.parametrize("mishap", [lose_topic, lose_user, lose_right, gain_right, lose_all])
async def test_it_is_all_there_again(kept: Broker, mishap: Callable[[Broker], Awaitable[None]]) -> None:
    await again(kept)
    kept.said.clear()
    await mishap(kept)
    async with asyncio.timeout(WITHIN_SECONDS):
        while not kept.said:  # noqa: ASYNC110 - it says so when it is done
            await asyncio.sleep(0.05)
    await again(kept)


async def test_a_new_password_holds_from_the_next_start_on(broker: Broker) -> None:
    assert await broker.keeper.once() == []
    changed = {**broker.passwords, "card": "another"}
    await Keeper(broker.engine.administrator, Wanted.of(broker.table, changed), broker.said.append).once()
    await gets_in(broker.login("card", "another"))
    await broker.keeper.once()
    await gets_in(broker.login("card"))


async def test_another_systems_users_and_rights_are_left_alone(broker: Broker) -> None:
    theirs = Entry("north.card", "write", "north.card.events.v1")
    async with Administrator(broker.engine.administrator) as administrator:
        await administrator.set_users({"north.card": "theirs"})
        await administrator.grant([theirs])
        async with asyncio.timeout(WITHIN_SECONDS):
            while theirs not in await administrator.entries():  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.05)
        assert await broker.keeper.once() == []
        assert theirs in await administrator.entries()
        assert "north.card" in await administrator.users()
        await administrator.revoke([theirs])
        await administrator.remove_users(["north.card", "never.was"])


async def test_topics_are_made_once_and_dead_letters_are_kept_longer(broker: Broker) -> None:
    table = Table(frozenset({Entry("made", "write", "made.events.v1")}))
    ours = broker.engine.administrator
    for partitions in (3, 5):
        await create_topics(ours, Wanted.of(table, None, partitions=partitions, retention_hours=10).topics)
    admin = AIOKafkaAdminClient(**ours.options)
    await admin.start()
    try:
        names = ["made.events.v1", "made.events.v1.dead"]
        found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics(names)}
        assert found == {names[0]: 3, names[1]: 1}
        for name, hours in zip(names, (10, 40), strict=True):
            reply = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
            settings = {entry[0]: entry[1] for entry in reply[0].resources[0][4]}
            assert settings["retention.ms"] == str(hours * 3_600_000)
    finally:
        await admin.close()


async def test_a_broker_of_others_is_given_topics_alone(broker: Broker) -> None:
    said: list[str] = []
    table = Table(frozenset({Entry("plain", "write", "plain.events.v1")}))
    keeper = Keeper(broker.engine.administrator, Wanted.of(table, None), said.append)
    assert await keeper.once() == ["topics created: plain.events.v1, plain.events.v1.dead"]
    async with Administrator(broker.engine.administrator) as administrator:
        assert not {entry for entry in await administrator.entries() if entry.user == "plain"}
        assert await administrator.create_topics([Topic("plain.events.v1")]) == []


async def test_a_broker_that_refuses_is_told_once(broker: Broker) -> None:
    said: list[str] = []
    ours = broker.engine.administrator
    wrong = Kafka(ours.bootstrap, ours.user, "wrong", "sasl_plaintext", mechanism="PLAIN")
    keeping = asyncio.create_task(Keeper(wrong, Wanted.of(broker.table, broker.passwords), said.append).keep())
    async with asyncio.timeout(WITHIN_SECONDS):
        while not said:  # noqa: ASYNC110 - it says so when it is refused
            await asyncio.sleep(0.05)
    await asyncio.sleep(1.5 * LOOK_SECONDS)  # it tries again, and says nothing more
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert len(said) == 1
    assert "SaslAuthenticationFailed" in said[0]


class Stumbling(Keeper):
    """One whose client breaks at the first look, as on an answer that it was not made for."""

    stumbled = False

    async def look(self, administrator: Administrator) -> list[str]:
        if not self.stumbled:
            self.stumbled = True
            raise AttributeError("'NoneType' object has no attribute 'nodeId'")
        return await super().look(administrator)


async def test_whatever_goes_wrong_it_looks_again(broker: Broker) -> None:
    await lose_user(broker)
    said: list[str] = []
    looked, wanted = asyncio.Event(), Wanted.of(broker.table, broker.passwords)
    keeping = asyncio.create_task(Stumbling(broker.engine.administrator, wanted, said.append, looked.set).keep())
    async with asyncio.timeout(WITHIN_SECONDS):
        await looked.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert said[0].startswith("the broker cannot be looked after: AttributeError")
    assert said[1:] == ["users made: card"]
