"""Which system is meant, and in whose name it is asked: the local stack's client, or an address and a token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.stack.bootstrap import read_clients
from devstack.terminal.caller import Caller, ClientSecret
from devstack.terminal.wire import Wire

OPERATIONS: Final = "operations"
RECONCILIATION: Final = "reconciliation"
TRIES: Final = 2
TIMEOUT_S: Final = 5.0

Gateway = Annotated[str, typer.Option(envvar="UNICARD_GATEWAY_URL", help="The edge's address, if not the local one's.")]
Token = Annotated[
    str, typer.Option(envvar="UNICARD_TOKEN", help="An access token; the local stack's own clients if left out.")
]


class Bearer(Caller):
    """Calls with a token that was got elsewhere, for as long as it lasts."""

    def __init__(self, wire: Wire, token: str) -> None:
        super().__init__(wire, ClientSecret("", ""), tries=TRIES)
        self._given = token

    async def token(self) -> str:
        """The one that was given."""
        return self._given


@dataclass(frozen=True)
class Access:
    """Where, and with what; without a token the clients that the local stack has made for itself."""

    gateway: str
    token: str

    @staticmethod
    def of(gateway: str, token: str) -> Access:
        """As the options say. Raises EngineError where there is neither a token nor a local stack's secret."""
        settings = StackSettings.in_use()
        if not token and not _secret(settings, OPERATIONS):
            where = f"set UNICARD_TOKEN, or run where the stack keeps {settings.clients_file}"
            raise EngineError(f"no secret for the client {OPERATIONS}: {where}")
        return Access(gateway or settings.url("edge"), token)

    @asynccontextmanager
    async def caller(self, client: str = OPERATIONS) -> AsyncIterator[Caller]:
        """Whoever asks in the name of a client, or with the token that was given."""
        wire = Wire(self.gateway, limit=8, timeout_s=TIMEOUT_S)
        try:
            if self.token:
                yield Bearer(wire, self.token)
            else:
                yield Caller(wire, ClientSecret(client, _secret(StackSettings.in_use(), client)), tries=TRIES)
        finally:
            await wire.aclose()


def _secret(settings: StackSettings, client: str) -> str:
    return str(read_clients(settings.clients_file).get(client, {}).get("client_secret", ""))
