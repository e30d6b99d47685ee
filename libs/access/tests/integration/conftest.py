"""A broker of these tests' own, kept as the system's is, and what one knows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from broker_access.connection import Kafka
from broker_access.keeper import Keeper, Wanted
from broker_access.table import Table

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine


@dataclass
class Broker:
    """A broker and what keeps it; `said` is what the keeper told."""

    engine: KafkaEngine
    table: Table = field(default_factory=Table.of_system)
    said: list[str] = field(default_factory=list)

    @property
    def passwords(self) -> dict[str, str]:
        """Each user's, by name."""
        return {user: f"{user}-password" for user in self.table.users}

    @property
    def keeper(self) -> Keeper:
        """One that has not looked yet."""
        return Keeper(self.engine.administrator, Wanted.of(self.table, self.passwords), self.said.append)

    def login(self, user: str, password: str | None = None) -> Kafka:
        """A user's way in, with another password if given."""
        return Kafka(self.engine.bootstrap, user, password or self.passwords[user], "sasl_plaintext")

    def stranger(self) -> Kafka:
        """Who does not log in."""
        return Kafka(self.engine.bootstrap)

    def misused(self, kafka: Kafka) -> Kafka:
        """The same login at the door of users."""
        return replace(kafka, bootstrap=self.engine.bootstrap)


@pytest.fixture(scope="module")
async def broker(kafka_engine_factory: Callable[..., KafkaEngine]) -> Broker:
    """A broker as the system's own: no topic but those that are kept, no user but the system's."""
    made = Broker(kafka_engine_factory(settings={}, super_users={}))
    await made.keeper.once()
    return made
