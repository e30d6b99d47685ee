"""API clients that the demonstration's people make: one asks for them, another decides what they may do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devstack.people.signed import PersonCaller, approve
from devstack.people.store import Store
from devstack.stack.bootstrap import complete, missing
from devstack.terminal.caller import Refused
from devstack.terminal.wire import Wire

ASKER, DECIDER = "client-administrator", "client-approver"
_DECIDED = "proposal_state"


class ClientOffice:
    """Those two at the API. Raises KeyError where the folder knows nobody with their roles."""

    def __init__(self, wire: Wire, edge_url: str, store: Store) -> None:
        """`store`: the demonstration's people."""
        self._asker, self._decider = (
            PersonCaller(wire, edge_url, store, store.of_role(role)) for role in (ASKER, DECIDER)
        )

    async def make(self, body: Mapping[str, object], key: str | None = None) -> Any:
        """A new client with its secret and, once that is decided, its scopes. A repeat with its key makes no other."""
        made = await self._asker.post("/v1/clients", dict(body), key=key)
        await self._approve(made["proposal_id"])
        return made

    async def grant(self, client_id: str, scopes: Sequence[str]) -> None:
        """Let a client have these scopes in place of what it had."""
        changed = await self._asker.put(f"/v1/clients/{client_id}/scopes", {"scopes": list(scopes)})
        if changed["proposal_id"] is not None:
            await self._approve(changed["proposal_id"])

    async def _approve(self, proposal_id: str) -> None:
        try:
            await approve(self._decider, "gateway", proposal_id)
        except Refused as refusal:
            if refusal.code != _DECIDED:  # by a run that was cut off
                raise


async def ensure_clients(edge_url: str, clients_file: Path, store: Store) -> None:
    """Make the clients of the stack that its file does not know, once the client that sets up has ended."""
    if not missing(clients_file):
        return
    wire = Wire(edge_url, limit=4)
    try:
        await complete(ClientOffice(wire, edge_url, store), clients_file, uuid.uuid5(uuid.NAMESPACE_OID, edge_url))
    finally:
        await wire.aclose()
