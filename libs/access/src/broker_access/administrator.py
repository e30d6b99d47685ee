"""Kafka administrator: users and access lists, read and set over one connection of a super user."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code

from broker_access import topics, wire
from broker_access.connection import Kafka
from broker_access.table import Entry, Right

# As Kafka's own tools; the least it takes is 4096 (RFC 5802 §5.1, KIP-554).
ITERATIONS = 8192
SALT_BYTES = 32
HOST = "*"
START_SECONDS = 30.0  # connecting and logging in, at several brokers
CLOSE_SECONDS = 5.0
_PRINCIPAL = "User:"

_ON_THE_WIRE: Mapping[Right, tuple[int, int]] = {
    "write": (wire.TOPIC, wire.WRITE),
    "read": (wire.TOPIC, wire.READ),
    "group": (wire.GROUP, wire.READ),
}


class Administrator:
    """A connection as a super user: `async with Administrator(kafka) as administrator`.

    All methods raise KafkaError or OSError when the broker is away, does not answer, or refuses.
    """

    def __init__(self, kafka: Kafka) -> None:
        self._client = AIOKafkaAdminClient(request_timeout_ms=topics.REQUEST_MS, **kafka.options)

    async def __aenter__(self) -> Administrator:
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._client.start()
        except BaseException:  # why: whatever ends it, also from outside, its connections are closed
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._client.close()

    async def cluster(self) -> str:
        """The cluster's identity: another one has lost everything that was set."""
        return str((await self._client.describe_cluster())["cluster_id"])

    async def create_topics(self, wanted: Iterable[topics.Topic]) -> list[str]:
        """Create the topics that are missing; their names."""
        return await topics.create_missing(self._client, wanted)

    async def users(self) -> set[str]:
        """Who can log in by SCRAM-SHA-512."""
        reply = await self._client._send_request(wire.describe_users())
        _raise(reply.error_code, "users")
        return {
            name
            for name, _, _, kinds, _ in reply.results
            if any(mechanism == wire.SCRAM_SHA_512 for mechanism, *_ in kinds)
        }

    async def set_users(self, passwords: Mapping[str, str]) -> None:
        """Enter users, or give them other passwords; the passwords themselves do not travel."""
        await self._alter([], [_credential(name, password) for name, password in sorted(passwords.items())])

    async def remove_users(self, names: Iterable[str]) -> None:
        """Take users away; connections they have stay until they end."""
        await self._alter(sorted(names), [])

    async def entries(self) -> set[Entry]:
        """All rights that are given by exact name."""
        reply = await self._client._send_request(wire.describe_acls())
        _raise(reply.error_code, "access lists")
        return {
            Entry(principal.removeprefix(_PRINCIPAL), right, name)
            for kind, name, pattern, acls in reply.resources
            if pattern == wire.LITERAL
            for principal, _, operation, permission in acls
            for right, at in _ON_THE_WIRE.items()
            if at == (kind, operation) and permission == wire.ALLOW
        }

    async def grant(self, entries: Iterable[Entry]) -> None:
        """Give rights; those that are given already stay."""
        if wanted := [_acl(entry) for entry in sorted(entries)]:
            await topics.know_controller(self._client)
            reply = await self._client._send_to_controller(wire.create_acls(wanted))
            for code, _ in reply.creation_responses:
                _raise(code, "access lists")

    async def revoke(self, entries: Iterable[Entry]) -> None:
        """Take rights away; open connections feel it at once."""
        if unwanted := [_acl(entry) for entry in sorted(entries)]:
            await topics.know_controller(self._client)
            reply = await self._client._send_to_controller(wire.delete_acls(unwanted))
            for code, *_ in reply.filter_responses:
                _raise(code, "access lists")

    async def _alter(self, deletions: list[str], upsertions: list[wire.Credential]) -> None:
        await topics.know_controller(self._client)
        reply = await self._client._send_to_controller(wire.alter_users(deletions, upsertions))
        for user, code, *_ in reply.results:
            if code != wire.RESOURCE_NOT_FOUND:  # whoever is to go is gone
                _raise(code, user)


def _credential(name: str, password: str) -> wire.Credential:
    salt = secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return name, wire.SCRAM_SHA_512, ITERATIONS, salt, salted


def _acl(entry: Entry) -> wire.Acl:
    kind, operation = _ON_THE_WIRE[entry.right]
    return kind, entry.name, wire.LITERAL, _PRINCIPAL + entry.user, HOST, operation, wire.ALLOW


def _raise(code: int, what: str) -> None:
    if code:
        raise for_code(code)(what)
