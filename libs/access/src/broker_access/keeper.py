"""Keeper: a loop beside the broker that gives back what is missing of topics, users and access lists.

A broker that has lost its data, or a topic somebody deleted, is whole again within seconds; services only wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from broker_access.administrator import Administrator
from broker_access.connection import Kafka
from broker_access.table import Entry, Table
from broker_access.topics import KNOWN_SECONDS, PARTITIONS, RETENTION_HOURS, Topic, with_dead

T = TypeVar("T")

LOOK_SECONDS = 2.0
LOOK_AT_MOST_SECONDS = 15.0


@dataclass(frozen=True)
class Wanted:
    """What a system needs of its broker. Without passwords, as on a broker of others, topics are all that is kept."""

    topics: tuple[Topic, ...]
    entries: frozenset[Entry] = frozenset()
    passwords: Mapping[str, str] | None = None

    @classmethod
    def of(
        cls,
        table: Table,
        passwords: Mapping[str, str] | None,
        *,
        prefix: str = "",
        partitions: int = PARTITIONS,
        retention_hours: int = RETENTION_HOURS,
    ) -> Wanted:
        """What follows from an access table: `passwords` by the table's users, `prefix` before all names."""
        topics = with_dead((prefix + name for name in table.event_topics), partitions, retention_hours)
        named = None if passwords is None else {prefix + user: passwords[user] for user in table.users}
        return cls(tuple(topics), frozenset(entry.on(prefix) for entry in table.entries), named)


class Keeper:
    """Keeps one broker as it is wanted. `report` is told what was given back, and when the broker cannot be asked;

    `looked` is called whenever all was found or made as it should be.
    """

    def __init__(
        self, kafka: Kafka, wanted: Wanted, report: Callable[[str], None], looked: Callable[[], None] = lambda: None
    ) -> None:
        self._kafka = kafka
        self._wanted = wanted
        self._report = report
        self._looked = looked
        self._cluster = ""

    async def keep(self) -> None:
        """Look and restore until cancelled, over one connection for as long as it holds."""
        trouble = ""
        while True:
            try:
                async with Administrator(self._kafka) as administrator:
                    while True:
                        async with asyncio.timeout(LOOK_AT_MOST_SECONDS):
                            await self.look(administrator)
                        trouble = ""
                        await asyncio.sleep(LOOK_SECONDS)
            except Exception as error:  # why: whatever its client stumbles over, nobody else gives back what is missing
                reason = repr(await self._kafka.why(error))
                if reason != trouble:
                    self._report(f"the broker cannot be looked after: {reason}")
                trouble = reason
            await asyncio.sleep(LOOK_SECONDS)

    async def once(self) -> list[str]:
        """Look and restore once; what was done. Raises KafkaError, OSError."""
        async with Administrator(self._kafka) as administrator:
            return await self.look(administrator)

    async def look(self, administrator: Administrator) -> list[str]:
        """Give back what is missing, and take what nobody should have; what was done. Raises KafkaError, OSError."""
        passwords = self._wanted.passwords
        users = [] if passwords is None else await self._users(administrator, passwords)
        rights = [] if passwords is None else await self._entries(administrator)
        # what takes longest comes last: who may not yet is told that it is refused, who waits for a topic only waits
        created = await administrator.create_topics(self._wanted.topics)
        topics = [f"topics created: {_listed(created)}"] if created else []
        done = [*users, *rights, *topics]
        for each in done:
            self._report(each)
        self._looked()
        return done

    async def _users(self, administrator: Administrator, passwords: Mapping[str, str]) -> list[str]:
        """All users at the first look, with their passwords of today; later those that are missing."""
        known, cluster = await administrator.users(), await administrator.cluster()
        missing = sorted(set(passwords) - known)
        if cluster != self._cluster:
            await administrator.set_users(passwords)
        elif missing:
            await administrator.set_users({name: passwords[name] for name in missing})
        if missing:
            await _seen(administrator.users, set(passwords))
        self._cluster = cluster
        return [f"users made: {_listed(missing)}"] if missing else []

    async def _entries(self, administrator: Administrator) -> list[str]:
        wanted, found = self._wanted.entries, await administrator.entries()
        users = {entry.user for entry in wanted}
        missing, unwanted = wanted - found, {entry for entry in found if entry.user in users} - wanted
        await administrator.grant(missing)
        await administrator.revoke(unwanted)
        if missing:
            await _seen(administrator.entries, set(wanted))
        done = [f"rights given: {_listed(missing)}"] if missing else []
        return done + ([f"rights taken away: {_listed(unwanted)}"] if unwanted else [])


async def _seen(read: Callable[[], Awaitable[set[T]]], wanted: set[T]) -> None:
    """Wait until the broker itself has heard from its controller of what was set."""
    async with asyncio.timeout(KNOWN_SECONDS):
        while not wanted <= await read():  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.02)


def _listed(things: Iterable[Entry | str]) -> str:
    words = [one if isinstance(one, str) else f"{one.user} {one.right} {one.name}" for one in things]
    return ", ".join(sorted(words)[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")
