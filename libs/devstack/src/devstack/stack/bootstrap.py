"""The API clients a working system needs, made once through the gateway by its bootstrap client."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
_OVER = "client_expired"  # the client that sets up ends by itself
CLIENTS = tuple(Client(role, name, ROLES[role]) for role, name in _NAMES.items())


async def ensure_clients(edge_url: str, clients_file: Path, secrets: Mapping[str, str]) -> None:
    """Create the clients that the file does not know yet, and give known ones the scopes that a newer version adds.

    `EngineError` when the gateway refuses.

    A start that is cut off between the gateway's answer and the file asks again with the same
    idempotency key and is given the same secret.
    """
    known = read_clients(clients_file)
    wanted = [client for client in CLIENTS if known.get(client.client_id, {}).get("scopes") != list(client.scopes)]
    if not wanted:
        return
    wire = Wire(edge_url, limit=4)
    admin = Caller(
        wire, ClientSecret(secrets["UNICARD_BOOTSTRAP_CLIENT_ID"], secrets["UNICARD_BOOTSTRAP_CLIENT_SECRET"])
    )
    try:
        for client in wanted:
            if (made := known.get(client.client_id)) is None:
                known[client.client_id] = await _create(admin, client, secrets)
            else:
                await admin.put(f"/v1/clients/{client.client_id}/scopes", {"scopes": list(client.scopes)})
                known[client.client_id] = {**made, "scopes": list(client.scopes)}
            write_private(clients_file, json.dumps(known, indent=1))
    except Refused as error:
        if error.code != _OVER:
            raise EngineError(f"the API clients could not be made: {error}") from error
        names = ", ".join(client.client_id for client in wanted)
        log.warning("the time to set up is over: have these API clients registered by your administrators: %s", names)
    except NotReached as error:
        raise EngineError(f"the API clients could not be made: {error}") from error
    finally:
        await wire.aclose()


async def _create(admin: Caller, client: Client, secrets: Mapping[str, str]) -> dict[str, Any]:
    installation = uuid.uuid5(uuid.NAMESPACE_OID, secrets["UNICARD_BOOTSTRAP_CLIENT_SECRET"])
    created = await admin.post(
        "/v1/clients",
        {
            "client_id": client.client_id,
            "name": client.name,
            "scopes": list(client.scopes),
            "governorate": NATION,
            "owner": client.role.owner,
            "purpose": client.role.purpose,
        },
        key=str(uuid.uuid5(installation, client.client_id)),
    )
    return {
        "client_id": client.client_id,
        "client_secret": created["client_secret"],
        "name": client.name,
        "scopes": list(client.scopes),
    }


def read_clients(clients_file: Path) -> dict[str, dict[str, Any]]:
    """The clients made so far, by id; empty before the first start."""
    if not clients_file.exists():
        return {}
    known: dict[str, dict[str, Any]] = json.loads(clients_file.read_text(encoding="utf-8"))
    return known
