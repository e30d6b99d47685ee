"""What the network tells the system: delivery receipts in batches, and citizens' own messages."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid

from devstack.sink.settings import SinkSettings
from devstack.sink.store import Store
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.wire import NotReached, Wire

_log = logging.getLogger(__name__)
BATCH = 500
_PAUSE_AFTER_FAILURE_SECONDS = 2.0


class NoClient(LookupError):
    """The provider's API client has not been made yet."""


class Network:
    """The provider's side of the gateway's API, in its own client's name."""

    def __init__(self, settings: SinkSettings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._wire = Wire(settings.gateway_url, limit=4)
        self._caller: Caller | None = None
        self.news = asyncio.Event()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    def caller(self) -> Caller:
        """The client, once the stack has made it; `NoClient` before."""
        if self._caller is None:
            try:
                known = json.loads(self._settings.clients_file.read_text(encoding="utf-8"))
                client = known[self._settings.client_id]
            except (FileNotFoundError, KeyError) as error:
                raise NoClient(f"{self._settings.client_id} is not in {self._settings.clients_file}") from error
            self._caller = Caller(self._wire, ClientSecret(client["client_id"], client["client_secret"]))
        return self._caller

    async def forward(self, sender: str, text: str) -> str:
        """Hand a citizen's message on; its id at the provider. Raises what the gateway answers."""
        caller = self.caller()
        provider_id = str(uuid.uuid4())
        received_at = self._store.keep_inbound(provider_id, sender, text)
        message = {"provider_id": provider_id, "from": sender, "text": text, "received_at": received_at}
        await caller.post("/v1/inbound-messages", {"messages": [message]}, key=provider_id)
        return provider_id

    async def report_for_ever(self) -> None:
        """Send receipts as messages come; what fails is sent again until it is taken."""
        while True:
            try:
                sent = await self._report()
            except (Refused, NotReached, NoClient) as error:
                _log.warning("receipts wait: %s", error)
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
                continue
            if not sent:
                self.news.clear()
                await self.news.wait()
                await asyncio.sleep(self._settings.receipt_seconds)

    async def _report(self) -> int:
        """One batch of receipts; how many. The same batch sent again carries the same key."""
        waiting = self._store.unreported(BATCH)
        if not waiting:
            return 0
        caller = self.caller()
        receipts = [{"reference": reference, "status": "delivered", "at": moment} for _, reference, moment in waiting]
        key = uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(reference for _, reference, _ in waiting))
        await caller.post("/v1/delivery-receipts", {"receipts": receipts}, key=str(key))
        self._store.reported(number for number, _, _ in waiting)
        return len(waiting)
