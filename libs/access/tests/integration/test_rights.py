"""Every user of the system at the broker: what the table allows succeeds, everything else is refused."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
    for_code,
)

from broker_access import wire
from broker_access.administrator import Administrator
from broker_access.connection import Kafka
from broker_access.table import DEAD, Entry, Table

from .conftest import Broker

USERS = Table.of_system().users
TOPICS = [name for topic in Table.of_system().event_topics for name in (topic, topic + DEAD)]
GROUPS = [f"{user}-service" for user in USERS]


@pytest.fixture(scope="module", autouse=True)
async def something_to_read(broker: Broker) -> None:
    """A record on every topic."""
    async with AIOKafkaProducer(**broker.engine.administrator.options) as producer:
        for topic in TOPICS:
            await producer.send_and_wait(topic, b"told", partition=0)


async def writes(producer: AIOKafkaProducer, topic: str) -> bool:
    try:
        await producer.send_and_wait(topic, b"forged", partition=0)
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):
        return False
    return True


async def reads(kafka: Kafka, topic: str) -> bool:
    consumer = AIOKafkaConsumer(**kafka.options, enable_auto_commit=False)
    consumer.assign([partition := TopicPartition(topic, 0)])
    try:
        await consumer.start()
        consumer.seek(partition, 0)
        async with asyncio.timeout(60):
            await consumer.getone()
    except TopicAuthorizationFailedError:
        return False
    finally:
        await consumer.stop()
    return True


async def joins(kafka: Kafka, group: str, topic: str) -> bool:
    consumer = AIOKafkaConsumer(topic, **kafka.options, group_id=group, enable_auto_commit=False)
    try:
        await consumer.start()
        async with asyncio.timeout(60):
            while not consumer.assignment():
                await consumer.getmany(timeout_ms=20)
    except GroupAuthorizationFailedError:
        return False
    finally:
        await consumer.stop()
    return True


@pytest.mark.parametrize("user", USERS)
async def test_a_user_writes_what_the_table_says_and_nothing_else(broker: Broker, user: str) -> None:
    allowed = {topic for topic in TOPICS if Entry(user, "write", topic) in broker.table.entries}
    async with AIOKafkaProducer(**broker.login(user).options, enable_idempotence=True) as producer:
        assert {topic for topic in TOPICS if await writes(producer, topic)} == allowed
    assert any(topic.startswith(f"{user}.events") for topic in allowed)


@pytest.mark.parametrize("user", USERS)
async def test_a_user_reads_what_the_table_says_and_nothing_else(broker: Broker, user: str) -> None:
    allowed = {topic for topic in TOPICS if Entry(user, "read", topic) in broker.table.entries}
    assert {topic for topic in TOPICS if await reads(broker.login(user), topic)} == allowed
    assert ("card.contacts.v1" in allowed) == (user == "notify")


@pytest.mark.parametrize("user", USERS)
async def test_a_user_joins_its_own_group_only(broker: Broker, user: str) -> None:
    topic = next(entry.name for entry in sorted(broker.table.entries) if (entry.user, entry.right) == (user, "read"))
    joined = [group for group in GROUPS if await joins(broker.login(user), group, topic)]
    assert joined == [f"{user}-service"]


@pytest.mark.parametrize("user", USERS)
async def test_a_user_makes_and_removes_no_topic_and_gives_no_right(broker: Broker, user: str) -> None:
    admin = AIOKafkaAdminClient(**broker.login(user).options)
    await admin.start()
    try:
        for name in (f"{user}.more.v1", f"{user}.events.v1"):
            reply = await admin.create_topics([NewTopic(name, 1, 1)])
            assert [for_code(code) for _, code, *_ in reply.topic_errors] == [TopicAuthorizationFailedError]
        removed = await admin.delete_topics([f"{user}.events.v1"])
        assert [for_code(code) for _, code in removed.topic_error_codes] == [TopicAuthorizationFailedError]
        described = await admin._send_request(wire.describe_acls())
        assert for_code(described.error_code) is ClusterAuthorizationFailedError
    finally:
        await admin.close()
    async with Administrator(broker.login(user)) as administrator:
        wanted = [Entry(user, "read", "card.contacts.v1")]
        for attempt in (
            administrator.grant(wanted),
            administrator.revoke(wanted),
            administrator.set_users({"card": "x"}),
            administrator.remove_users(["supply"]),
        ):
            with pytest.raises(ClusterAuthorizationFailedError):
                await attempt


async def refusal(kafka: Kafka) -> type[Exception] | None:
    """What a client finds at the door."""
    try:
        await kafka.log_in()
    except (KafkaError, OSError) as error:
        return type(error)
    return None


async def test_who_knows_no_password_is_refused(broker: Broker) -> None:
    assert await refusal(broker.login("card")) is None
    for user, password in (("card", "supply-password"), ("nobody", "card-password"), ("broker", "guess")):
        assert await refusal(broker.login(user, password)) is SaslAuthenticationFailed
    producer = AIOKafkaProducer(**broker.stranger().options, request_timeout_ms=2000)
    try:
        with pytest.raises(KafkaConnectionError):
            await producer.start()
    finally:
        await producer.stop()


async def test_the_administrators_password_is_worth_nothing_at_the_users_door_nor_theirs_at_its(broker: Broker) -> None:
    ours = broker.engine.administrator
    assert await refusal(ours) is None
    assert await refusal(broker.misused(ours)) is UnsupportedSaslMechanismError
    assert await refusal(broker.login("broker", ours.password)) is SaslAuthenticationFailed
    card = broker.login("card")
    assert await refusal(Kafka(ours.bootstrap, card.user, card.password, "sasl_plaintext")) is not None
    assert (
        await refusal(Kafka(ours.bootstrap, card.user, card.password, "sasl_plaintext", mechanism="PLAIN"))
        is SaslAuthenticationFailed
    )


async def test_a_client_that_found_no_broker_is_told_when_one_refused_it(broker: Broker) -> None:
    wrong = broker.login("card", "wrong")
    producer = AIOKafkaProducer(**wrong.options)
    with pytest.raises(KafkaConnectionError) as found:
        await producer.start()
    await producer.stop()
    assert isinstance(await wrong.why(found.value), SaslAuthenticationFailed)
    nobody_there = Kafka("127.0.0.1:1", "card", "wrong", "sasl_plaintext")
    assert await nobody_there.why(found.value) is found.value
