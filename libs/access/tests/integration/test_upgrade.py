"""A data folder of the time before logins: secured in place by the new configuration, without Docker and in compose."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from broker_access.connection import Kafka
from broker_access.keeper import Keeper, Wanted
from broker_access.table import Table
from broker_access.topics import Topic, create_topics
from devstack.engines import KafkaEngine, port_answers
from devstack.engines.kafka import coordinator_answers

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[4]
TOPIC, GROUP = "card.events.v1", "notify-service"
PASSWORDS = {user: f"{user}-password" for user in Table.of_system().users}
ADMINISTRATORS = "administrators-own"

# How brokers were set up before there were logins.
OPEN = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "6",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
}


class OpenEngine(KafkaEngine):
    """A broker as it was."""

    def _configuration(self) -> dict[str, str]:
        return {
            **OPEN,
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "log.dirs": str(self._logs),
        }

    def answers(self) -> bool:
        return port_answers(self.port) and coordinator_answers(Kafka(self.bootstrap))


@contextmanager
def started(engine: KafkaEngine) -> Iterator[KafkaEngine]:
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A data folder with an event, and a consumer group that has read another before it."""
    with started(OpenEngine(tmp_path / "kafka")) as engine:
        ours = Kafka(engine.bootstrap)
        await create_topics(ours, [Topic(TOPIC)])
        async with AIOKafkaProducer(**ours.options) as producer:
            for text in (b"read", b"to come"):
                await producer.send_and_wait(TOPIC, text, partition=0)
        async with AIOKafkaConsumer(**ours.options, group_id=GROUP, enable_auto_commit=False) as consumer:
            consumer.assign([TopicPartition(TOPIC, 0)])
            await consumer.commit({TopicPartition(TOPIC, 0): 1})
    return tmp_path / "kafka"


async def is_secured(bootstrap: str, administrator: Kafka) -> None:
    """Users get in and go on where they were; a stranger does not."""
    await Keeper(administrator, Wanted.of(Table.of_system(), PASSWORDS), lambda _: None).once()
    notify = Kafka(bootstrap, "notify", PASSWORDS["notify"], "sasl_plaintext")
    async with AIOKafkaConsumer(
        TOPIC, **notify.options, group_id=GROUP, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        assert (await asyncio.wait_for(consumer.getone(), 30)).value == b"to come"
    stranger = AIOKafkaProducer(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    with pytest.raises(KafkaConnectionError):
        await stranger.start()
    await stranger.stop()


async def test_the_stack_without_docker_secures_its_folder_in_place(folder: Path) -> None:
    with started(KafkaEngine(folder)) as engine:
        await is_secured(engine.bootstrap, engine.administrator)
        assert (mode(folder / "server.properties"), mode(folder)) == ("600", "700")


def mode(path: Path) -> str:
    """Who may do what with a file or folder."""
    return oct(path.stat().st_mode)[-3:]


class ComposedEngine(KafkaEngine):
    """A broker set up by the image's own program from the environment docker-compose.yml gives it."""

    def prepare(self) -> None:
        given, final = self.data_dir / "given", self.data_dir / "final"
        for each in (given, final, self.data_dir / "mounted"):
            each.mkdir(exist_ok=True)
        for name in ("server.properties", "log4j2.yaml", "tools-log4j2.yaml"):
            (given / name).write_text("", encoding="utf-8")
        places = ["--default-configs-dir", given, "--mounted-configs-dir", self.data_dir / "mounted"]
        command = [*self._java(), "kafka.docker.KafkaDockerWrapper", "setup", *places, "--final-configs-dir", final]
        done = subprocess.run(
            [str(part) for part in command],
            env=self.variables(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (final / "server.properties").exists(), done.stdout + done.stderr

    def variables(self) -> Mapping[str, str]:
        """The environment of the compose file's broker, its hosts, ports and folder changed for these of the test."""
        compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
        told: dict[str, str] = {name: str(value) for name, value in compose["services"]["kafka"]["environment"].items()}
        changes = {
            "CLIENT://:9092": f"CLIENT://127.0.0.1:{self.port}",
            "kafka:9092": f"127.0.0.1:{self.port}",
            "kafka-admin:9094": f"127.0.0.1:{self.internal_port}",
            "localhost:9093": f"127.0.0.1:{self.controller_port}",
            told["KAFKA_LOG_DIRS"]: str(self._logs),
            "${KAFKA_BROKER_PASSWORD:?run make env}": ADMINISTRATORS,
        }
        for name, value in told.items():
            for old, new in changes.items():
                value = value.replace(old, new)
            told[name] = value
        known = (self._logs / "meta.properties").read_text(encoding="utf-8")
        cluster = next(line for line in known.splitlines() if line.startswith("cluster.id="))
        return {"PATH": os.defpath, **told, "CLUSTER_ID": cluster.partition("=")[2]}

    def command(self) -> Sequence[str | Path]:
        return [*self._java(), "kafka.Kafka", str(self.data_dir / "final" / "server.properties")]


async def test_docker_composes_broker_secures_its_volume_in_place(folder: Path) -> None:
    with started(ComposedEngine(folder, password=ADMINISTRATORS)) as engine:
        await is_secured(engine.bootstrap, engine.administrator)


@pytest.mark.parametrize("known", ["", "5L6g3nShT-eMCtK--X86sw"])
def test_composes_broker_keeps_its_identity_or_takes_one_of_its_own(known: str, tmp_path: Path) -> None:
    """The very script of the container, with a program in the image's place that says its identity."""
    script = (ROOT / "deploy" / "kafka" / "run.sh").read_text(encoding="utf-8")
    (tmp_path / "run.sh").write_text(script.replace("exec /etc/kafka/docker/run", "echo $CLUSTER_ID"), encoding="utf-8")
    if known:
        (tmp_path / "meta.properties").write_text(f"version=1\ncluster.id={known}\nnode.id=1\n", encoding="utf-8")

    def identity() -> str:
        environment = {"PATH": os.defpath, "KAFKA_LOG_DIRS": str(tmp_path)}
        command = ["bash", str(tmp_path / "run.sh")]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()

    first, second = identity(), identity()
    assert len(first) == 22
    assert (first == second == known) if known else first != second
