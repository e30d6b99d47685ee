"""Where the stack keeps its files and which ports it uses, from the environment (`UNICARD_…`)."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from devstack import training
from devstack.engines.ports import LOOPBACK, free_ports, port_is_free
from devstack.engines.process import EngineError
from devstack.state import is_running

if TYPE_CHECKING:
    from broker_access.connection import Kafka

FOLDER_NAME = ".unicard"
# What `make up` leaves in the folder while docker compose runs: ports and the first client, as in .env.
COMPOSE_FOLDER = "compose"
COMPOSE_MARK = "secrets.env"
FOLDER_VARIABLE = "UNICARD_HOME"
POSTGRES_VARIABLE = "UNICARD_POSTGRES_URL"
PUBLIC_VARIABLE = "UNICARD_PUBLIC_URL"
KAFKA_VARIABLE = "UNICARD_KAFKA_BOOTSTRAP"
DEMO_VARIABLE = "UNICARD_DEMO_SCALE"
# Of the demonstration that a first start plays: a hundredth of the pilot.
FIRST_DEMO = 0.01

# How a service's background process is called after it, where it has one of its own.
WORK = "-work"

# Everything that listens: what it is, its setting, the port where the setting says nothing.
PORTS: Mapping[str, tuple[str, int]] = {
    "edge": ("UNICARD_EDGE_PORT", 8080),
    "edge-admin": ("UNICARD_EDGE_ADMIN_PORT", 9901),
    "gateway": ("UNICARD_GATEWAY_PORT", 8100),
    "card": ("UNICARD_CARD_PORT", 8101),
    "supply": ("UNICARD_SUPPLY_PORT", 8102),
    "health": ("UNICARD_HEALTH_PORT", 8103),
    "payment": ("UNICARD_PAYMENT_PORT", 8104),
    "notify": ("UNICARD_NOTIFY_PORT", 8105),
    "citizen": ("UNICARD_CITIZEN_PORT", 8106),
    "console": ("UNICARD_CONSOLE_PORT", 8107),
    "gateway-work": ("UNICARD_GATEWAY_WORK_PORT", 8110),
    "card-work": ("UNICARD_CARD_WORK_PORT", 8111),
    "supply-work": ("UNICARD_SUPPLY_WORK_PORT", 8112),
    "health-work": ("UNICARD_HEALTH_WORK_PORT", 8113),
    "payment-work": ("UNICARD_PAYMENT_WORK_PORT", 8114),
    "notify-work": ("UNICARD_NOTIFY_WORK_PORT", 8115),
    "sink": ("UNICARD_SINK_PORT", 8190),
    "postgres": ("UNICARD_POSTGRES_PORT", 15432),
    "kafka": ("UNICARD_KAFKA_PORT", 19092),
    "kafka-controller": ("UNICARD_KAFKA_CONTROLLER_PORT", 19093),
    "kafka-internal": ("UNICARD_KAFKA_INTERNAL_PORT", 19094),
}


def on_free_ports() -> dict[str, str]:
    """An environment in which a stack of its own runs beside another one: each port is free and its own."""
    return {variable: str(port) for (variable, _), port in zip(PORTS.values(), free_ports(len(PORTS)), strict=True)}


class SettingError(EngineError):
    """A setting cannot be used; the message names it and says what it may be."""


@dataclass(frozen=True)
class StackSettings:
    """One stack: its folder, its ports, and the servers it does not start itself.

    `apart`: each service is two processes, one that answers requests and one that works in the background.
    `public_url`: the edge's address where it speaks TLS, under the name that its certificate has.
    `training`: it is the training installation beside another one.
    `demo_scale`: how large the demonstration is that it is filled with at its first start; 1.0 is the pilot.
    """

    folder: Path
    ports: Mapping[str, int]
    postgres_url: str | None = None
    kafka: Kafka | None = None
    partitions: int = 6
    retention_hours: int = 7 * 24
    topic_prefix: str = ""
    apart: bool = False
    public_url: str = ""
    training: bool = False
    demo_scale: float = FIRST_DEMO

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> StackSettings:
        """The settings of the environment; `SettingError` for a value that cannot be used."""
        given = os.environ if environment is None else environment
        for_training = training.is_meant(given)
        if for_training:
            given = training.environment(given, PORTS, _folder(given))
        ports = {name: _number(given, variable, usual) for name, (variable, usual) in PORTS.items()}
        twice = {port for port in ports.values() if list(ports.values()).count(port) > 1}
        if twice:
            names = ", ".join(PORTS[name][0] for name, port in ports.items() if port in twice)
            raise SettingError(f"{names} are the same port")
        return cls(
            folder=_folder(given),
            ports=ports,
            postgres_url=given.get(POSTGRES_VARIABLE) or None,
            kafka=_brokers(given),
            partitions=_number(given, "UNICARD_TOPIC_PARTITIONS", 6, most=1000),
            topic_prefix=given.get("UNICARD_TOPIC_PREFIX", ""),
            apart=_number(given, "UNICARD_PROCESSES", 1, most=2) == 2,
            training=for_training,
            demo_scale=_scale(given),
            retention_hours=_number(given, "UNICARD_TOPIC_RETENTION_HOURS", 7 * 24, most=24 * 3650),
        )

    @classmethod
    def in_use(cls, environment: Mapping[str, str] | None = None) -> StackSettings:
        """The system to talk to: the environment's, or the one that runs without Docker, or docker compose's."""
        given = os.environ if environment is None else environment
        if training.is_meant(given):
            return cls.from_environment(given)
        folder = _folder(given)
        mark = folder / COMPOSE_FOLDER / COMPOSE_MARK
        if given.get(FOLDER_VARIABLE) or is_running(folder) or not mark.exists():
            return cls.from_environment(given)
        pairs = (line.split("=", 1) for line in mark.read_text(encoding="utf-8").splitlines() if "=" in line)
        known = dict(pairs)
        ports = {name: value for name, value in known.items() if name in {variable for variable, _ in PORTS.values()}}
        found = cls.from_environment({**ports, **given, FOLDER_VARIABLE: str(mark.parent)})
        public = known.get(PUBLIC_VARIABLE, "")
        return replace(found, public_url=public) if public.startswith("https://") else found

    def url(self, name: str) -> str:
        """Base address of something that speaks HTTP."""
        if name == "edge" and self.public_url:
            return self.public_url.rstrip("/")
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def log_file(self, name: str) -> Path:
        """Where a process writes what it says."""
        return self.folder / "logs" / f"{name}.log"

    @property
    def in_containers(self) -> bool:
        """Whether docker compose runs the system: its folder here holds few secrets, not those of the gateway."""
        mark = self.folder / COMPOSE_MARK
        return mark.exists() and "UNICARD_GATEWAY_KEYS=" not in mark.read_text(encoding="utf-8")

    @property
    def clients_file(self) -> Path:
        """The API clients made at the first start, with their secrets."""
        return self.folder / "clients.json"

    def own_ports(self) -> dict[str, int]:
        """The ports the stack itself will listen on; an engine of one's own is not among them."""
        others: set[str] = set()
        if self.postgres_url:
            others.add("postgres")
        if self.kafka:
            others |= {"kafka", "kafka-controller", "kafka-internal"}
        if not self.apart:
            others |= {name for name in self.ports if name.endswith(WORK)}
        return {name: port for name, port in self.ports.items() if name not in others}

    def check_ports(self) -> None:
        """`SettingError` naming every port that is taken, by whom, and the setting that moves it."""
        taken = [
            f"port {port} ({name}) is taken{_by_whom(port)}: stop it, or set {PORTS[name][0]} to another port"
            for name, port in self.own_ports().items()
            if not port_is_free(port)
        ]
        if taken:
            raise SettingError("\n".join(taken))


def _brokers(given: Mapping[str, str]) -> Kafka | None:
    """Brokers of one's own, and how their administrator logs in."""
    if not given.get(KAFKA_VARIABLE):
        return None
    from broker_access.connection import Kafka

    try:
        return Kafka.of_environment(given[KAFKA_VARIABLE], given)
    except ValueError as error:
        raise SettingError(str(error)) from error


def _folder(given: Mapping[str, str]) -> Path:
    """`.unicard` of the checkout around the working folder, or of the working folder itself."""
    if chosen := given.get(FOLDER_VARIABLE):
        return Path(chosen).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "libs" / "devstack").is_dir():
            return folder / FOLDER_NAME
    return here / FOLDER_NAME


def _number(given: Mapping[str, str], variable: str, usual: int, *, most: int = 65535) -> int:
    text = given.get(variable)
    if not text:
        return usual
    if not text.isdigit() or not 0 < int(text) <= most:
        raise SettingError(f"{variable} is {text!r}: a number from 1 to {most} is needed")
    return int(text)


def _scale(given: Mapping[str, str]) -> float:
    text = given.get(DEMO_VARIABLE)
    if not text:
        return FIRST_DEMO
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0 < scale <= 1:
        raise SettingError(f"{DEMO_VARIABLE} is {text!r}: a share of the pilot up to 1 is needed, such as {FIRST_DEMO}")
    return scale


def _by_whom(port: int) -> str:
    """The process that listens on a port, where the system tells."""
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            local = connection.laddr
            if local and local.port == port and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return ""  # not ours to know without more rights
    return ""
