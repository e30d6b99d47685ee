"""The engines start, stop, survive SIGKILL and are found by the fixtures."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from broker_access.connection import Kafka
from broker_access.topics import Topic, create_topics
from devstack.engines import EngineError, PostgresEngine, port_answers
from devstack.pytest_plugin import KafkaEngineFactory, PostgresEngineFactory


async def test_a_row_committed_before_sigkill_is_there_after_the_restart(
    postgres_engine_factory: PostgresEngineFactory,
) -> None:
    engine = postgres_engine_factory()
    connection = await asyncpg.connect(engine.url())
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    engine.kill()
    assert not engine.running
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await connection.execute("SELECT 1")

    engine.start()

    again = await asyncpg.connect(engine.url())
    assert await again.fetchval("SELECT n FROM kept") == 7
    assert await again.fetchval("SHOW fsync") == "on"
    await again.close()
    engine.stop()
    assert not port_answers(engine.port)


async def test_a_wiped_server_starts_empty(postgres_engine_factory: PostgresEngineFactory) -> None:
    engine = postgres_engine_factory()
    connection = await asyncpg.connect(engine.url())
    await connection.execute("CREATE DATABASE gone")
    await connection.close()
    engine.wipe()
    engine.start()
    connection = await asyncpg.connect(engine.url())
    assert await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'gone'") == 0
    await connection.close()


def test_a_server_that_cannot_start_says_why(postgres_engine_factory: PostgresEngineFactory, tmp_path: Path) -> None:
    engine = postgres_engine_factory()
    second = PostgresEngine(tmp_path / "second", port=engine.port)
    with pytest.raises(EngineError, match=f"port {engine.port} is taken"):
        second.start()


async def test_an_acknowledged_message_survives_sigkill_of_the_broker(
    kafka_engine_factory: KafkaEngineFactory,
) -> None:
    engine = kafka_engine_factory()
    ours = Kafka.of_environment(engine.bootstrap)
    assert await create_topics(ours, [Topic("kept.v1", partitions=2)]) == ["kept.v1"]
    assert await create_topics(ours, [Topic("kept.v1", partitions=2)]) == []
    async with AIOKafkaProducer(acks="all", **ours.options) as producer:
        await producer.send_and_wait("kept.v1", b"loaf")
    engine.kill()

    engine.start()

    async with AIOKafkaConsumer("kept.v1", auto_offset_reset="earliest", group_id="g", **ours.options) as consumer:
        message = await asyncio.wait_for(consumer.getone(), 30)
    assert message.value == b"loaf"
    engine.stop()
    assert not port_answers(engine.port)


async def test_the_shared_fixtures_answer(postgres_url: str, kafka_bootstrap: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SHOW server_version_num") >= "180000"
    await connection.close()
    assert await create_topics(Kafka.of_environment(kafka_bootstrap), [Topic("shared.v1", partitions=1)]) == [
        "shared.v1"
    ]


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(tmp_path: Path) -> None:
    engine = PostgresEngine(tmp_path / "postgres", settings={"shared_buffers": "nonsense"})
    with pytest.raises(EngineError, match=r"(?s)ended with code 1.*shared_buffers"):
        engine.start()


def test_an_engine_dies_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    launcher = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib; from devstack.engines import PostgresEngine\n"
            "engine = PostgresEngine(pathlib.Path(sys.argv[1]) / 'postgres'); engine.start()\n"
            "print(engine.pid, flush=True); time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    server = psutil.Process(int(launcher.stdout.readline()))
    launcher.kill()
    launcher.wait(10)
    server.wait(10)
