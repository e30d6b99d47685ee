"""The API clients a working system needs, made once through the gateway by its bootstrap client."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from contracts.clients import NATION, ROLES, ClientRole
from devstack.engines.files import write_private
from devstack.engines.process import EngineError
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.wire import NotReached, Wire

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Client:
    """A client of the API: what it is called, who answers for it and what for, and what it may do."""

    client_id: str
    name: str
    role: ClientRole

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it may do."""
        return self.role.scopes


_NAMES = {
    "registry": "Ministry of Supply and Internal Trade, register",
    "cards": "Ministry of Supply and Internal Trade, cards",
    "outlets": "Ministry of Supply and Internal Trade, outlets",
    "policies": "Ministry of Supply and Internal Trade, policies",
    "messages": "Ministry of Supply and Internal Trade, messages",
    "reconciliation": "Ministry of Finance, reconciliation",
    "health-authority": "Universal Health Insurance Authority",
    "pension-authority": "National Organisation for Social Insurance",
    "treasury": "Ministry of Finance, treasury",
    "sms-provider": "SMS aggregator",
    "operations": "Operations room",
}
_OVER = frozenset({"client_expired", "caller_suspended"})  # the client that sets up ends by itself
CLIENTS = tuple(Client(role, name, ROLES[role]) for role, name in _NAMES.items())


class Office(Protocol):
    """Whoever may make clients."""

    async def make(self, body: Mapping[str, object], key: str | None = None) -> Any:
        """A new client with its secret, and its scopes; again under the same key, the same."""

    async def grant(self, client_id: str, scopes: Sequence[str]) -> None:
        """Let a client have these scopes in place of what it had."""


class Bootstrap:
    """The client that sets up. It ends with the first two administrators."""

    def __init__(self, wire: Wire, secrets: Mapping[str, str]) -> None:
        """`secrets`: those of the installation."""
        own = ClientSecret(secrets["UNICARD_BOOTSTRAP_CLIENT_ID"], secrets["UNICARD_BOOTSTRAP_CLIENT_SECRET"])
        self._caller = Caller(wire, own)

    async def make(self, body: Mapping[str, object], key: str | None = None) -> Any:
        """A new client with its secret and scopes."""
        return await self._caller.post("/v1/clients", dict(body), key=key)

    async def grant(self, client_id: str, scopes: Sequence[str]) -> None:
        """Let a client have these scopes in place of what it had."""
        await self._caller.put(f"/v1/clients/{client_id}/scopes", {"scopes": list(scopes)})


def missing(clients_file: Path) -> list[Client]:
    """The clients that the file does not know yet, or with other scopes than this version gives them."""
    known = read_clients(clients_file)
    return [client for client in CLIENTS if known.get(client.client_id, {}).get("scopes") != list(client.scopes)]


async def complete(office: Office, clients_file: Path, installation: uuid.UUID) -> None:
    """Make the clients that are missing, and give known ones the scopes that a newer version adds.

    One that is cut off between the gateway's answer and the file asks again with the same idempotency key, which
    follows from the `installation`, and is given the same secret. Raises Refused or NotReached.
    """
    known = read_clients(clients_file)
    for client in missing(clients_file):
        scopes = list(client.scopes)
        if (made := known.get(client.client_id)) is None:
            body = {
                "client_id": client.client_id,
                "name": client.name,
                "scopes": scopes,
                "governorate": NATION,
                "owner": client.role.owner,
                "purpose": client.role.purpose,
            }
            created = await office.make(body, str(uuid.uuid5(installation, client.client_id)))
            made = {"client_id": client.client_id, "client_secret": created["client_secret"], "name": client.name}
        else:
            await office.grant(client.client_id, scopes)
        known[client.client_id] = {**made, "scopes": scopes}
        write_private(clients_file, json.dumps(known, indent=1))


async def ensure_clients(edge_url: str, clients_file: Path, secrets: Mapping[str, str]) -> None:
    """Make the clients that the file does not know yet, as the client that sets up; warn once that has ended.

    `EngineError` when the gateway refuses.
    """
    wanted = missing(clients_file)
    if not wanted:
        return
    wire = Wire(edge_url, limit=4)
    installation = uuid.uuid5(uuid.NAMESPACE_OID, secrets["UNICARD_BOOTSTRAP_CLIENT_SECRET"])
    try:
        await complete(Bootstrap(wire, secrets), clients_file, installation)
    except Refused as error:
        if error.code not in _OVER:
            raise EngineError(f"the API clients could not be made: {error}") from error
        names = ", ".join(client.client_id for client in wanted)
        log.warning("the time to set up is over: have these API clients registered by your administrators: %s", names)
    except NotReached as error:
        raise EngineError(f"the API clients could not be made: {error}") from error
    finally:
        await wire.aclose()


def read_clients(clients_file: Path) -> dict[str, dict[str, Any]]:
    """The clients made so far, by id; empty before the first start."""
    if not clients_file.exists():
        return {}
    known: dict[str, dict[str, Any]] = json.loads(clients_file.read_text(encoding="utf-8"))
    return known
