"""The whole system, started for the measurements alone: free ports, a folder of its own, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from broker_access.administrator import Administrator
from broker_access.connection import Kafka
from broker_access.table import Entry, Right, Table
from devstack.engines.kafka import administrator
from devstack.people.cast import ensure_people
from devstack.people.clients import ClientOffice
from devstack.people.host import on_host
from devstack.people.signed import PersonCaller
from devstack.people.store import Store
from devstack.settings import StackSettings, on_free_ports
from devstack.stack import launch
from devstack.stack.bootstrap import read_clients
from devstack.stack.databases import service_url
from devstack.stack.programs import SERVICES
from devstack.stack.secrets import load_secrets
from devstack.state import State
from devstack.terminal.caller import Caller, ClientSecret
from devstack.terminal.wire import Wire

# The edge checks the rate of every client, and the messages are paced: both stay in force, out of the way.
# Months open with the first sales, so that no job works beside the figures of others.
_LIMITS = {
    "UNICARD_EDGE_SALE_PER_SECOND": "100000",
    "UNICARD_SMS_PER_SECOND": "100000",
    "UNICARD_OPENING_PER_SECOND": "0",
}

# The measurements' own user at the broker, and the consumer group it reads under.
USER = "bench"
LISTENERS = "bench-listener"
_RIGHTS: tuple[Right, ...] = ("write", "read")


@dataclass
class Stack:
    """The running system."""

    settings: StackSettings
    state: State
    extra: dict[str, int] = field(default_factory=dict)

    @property
    def secrets(self) -> dict[str, str]:
        """What the installation made for itself."""
        return load_secrets(self.settings.folder)

    @property
    def server_url(self) -> str:
        """The superuser's address of the PostgreSQL server."""
        port, password = self.settings.ports["postgres"], self.secrets["POSTGRES_PASSWORD"]
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"

    @property
    def administrator(self) -> Kafka:
        """The broker's administrator."""
        return administrator(self.settings.ports["kafka-internal"], self.secrets["KAFKA_BROKER_PASSWORD"])

    @property
    def kafka(self) -> Kafka:
        """The broker, as the measurements' own user."""
        bootstrap = f"127.0.0.1:{self.settings.ports['kafka']}"
        return Kafka(bootstrap, USER, self.secrets["KAFKA_BROKER_PASSWORD"], "sasl_plaintext")

    def database_url(self, service: str) -> str:
        """A service's own database, with its own role."""
        program = next(program for program in SERVICES if program.name == service)
        return service_url(self.server_url, program, self.secrets)

    def processes(self, *names: str) -> dict[str, int]:
        """Process ids by name, for the meter."""
        known = {entry.name: entry.pid for entry in self.state.processes} | self.extra
        return {name: known[name] for name in names}

    def wire(self, limit: int = 64) -> Wire:
        """A client of the edge."""
        return Wire(self.settings.url("edge"), limit=limit)

    def clients(self, wire: Wire) -> ClientOffice:
        """Those who make clients of the API."""
        return ClientOffice(wire, self.settings.url("edge"), Store(self.settings.folder))

    def client(self, wire: Wire, name: str) -> Caller:
        """One of the clients made at the first start."""
        known = read_clients(self.settings.clients_file)[name]
        return Caller(wire, ClientSecret(known["client_id"], known["client_secret"]))

    def person(self, wire: Wire, role: str) -> PersonCaller:
        """The one of the demonstration's people who has a role."""
        store = Store(self.settings.folder)
        return PersonCaller(wire, self.settings.url("edge"), store, store.of_role(role))


async def let_in(stack: Stack) -> None:
    """Give the measurements a user at the broker that writes and reads what the services do."""
    topics = Table.of_system().event_topics
    rights = {Entry(USER, right, topic) for right in _RIGHTS for topic in topics}
    async with Administrator(stack.administrator) as setting:
        await setting.set_users({USER: stack.secrets["KAFKA_BROKER_PASSWORD"]})
        await setting.grant(rights | {Entry(USER, "group", LISTENERS)})


@asynccontextmanager
async def running(given: Mapping[str, str] = MappingProxyType({}), processes: int = 1) -> AsyncIterator[Stack]:
    """Start the system, each service as so many processes; stop it and delete its data at the end.

    `given`: settings of this system alone.
    """
    folder = Path(tempfile.mkdtemp(prefix="unicard-bench-"))
    ports = on_free_ports()
    own = {"UNICARD_HOME": str(folder), "UNICARD_PROCESSES": str(processes)}
    os.environ.update(ports | _LIMITS | own | dict(given))
    for variable in ("UNICARD_POSTGRES_URL", "UNICARD_KAFKA_BOOTSTRAP"):
        os.environ.pop(variable, None)
    settings = StackSettings.from_environment()
    try:
        state = await asyncio.to_thread(launch.start_detached, settings, _say)
        stack = Stack(settings, state)
        await let_in(stack)
        await ensure_people(folder, settings.url("edge"), partial(on_host, settings, "invite"))
        yield stack
    finally:
        await asyncio.to_thread(launch.stop, settings)
        shutil.rmtree(folder, ignore_errors=True)


def _say(what: str) -> None:
    sys.stderr.write(f"  {what}\n")
