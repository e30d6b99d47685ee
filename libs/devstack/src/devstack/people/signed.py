"""Calls in a person's name: signed in with two factors, again whenever the token runs out."""

from __future__ import annotations

import asyncio
import time

from devstack.people.pages import STEP_SECONDS, Browser, Tokens, code_of, step_now
from devstack.people.store import Known, Store
from devstack.terminal.caller import Caller, ClientSecret
from devstack.terminal.wire import Wire

# Nobody listens there: the code is read from where the pages lead to.
_REDIRECT = "http://127.0.0.1:1/callback"
_SHOWN_S = 240.0  # services ask for factors shown within 300 s where something is decided
_AHEAD = 1  # the gateway takes the code of the next step as well


class PersonCaller(Caller):
    """One of the demonstration's people at the API. Each of its tokens comes of a sign-in of its own."""

    def __init__(self, wire: Wire, edge_url: str, store: Store, known: Known, *, tries: int = 8) -> None:
        super().__init__(wire, ClientSecret("", ""), tries=tries)
        self.known = known
        self._edge, self._store = edge_url, store
        self._shown = 0.0

    async def show_anew(self) -> None:
        """Sign in again where the two factors were shown too long ago to decide anything."""
        if time.monotonic() - self._shown > _SHOWN_S:
            self._expires = 0.0
        await self.token()

    async def _renew(self) -> None:
        tokens = await signed_in(self._edge, self._store, self.known)
        self._token = tokens.access_token
        self._shown = time.monotonic()
        self._expires = self._shown + tokens.expires_in


async def approve(decider: PersonCaller, service: str, proposal_id: str) -> None:
    """Let one of the demonstration's people look at what was proposed to a service, and approve it."""
    path = f"/v1/proposals/{service}/{proposal_id}"
    await decider.show_anew()
    seen = await decider.get(path)
    await decider.post(f"{path}/decision", {"decision": "approve", "digest": seen["digest"]})


async def signed_in(edge_url: str, store: Store, known: Known) -> Tokens:
    """The tokens of a fresh sign-in with two factors."""
    step = store.use(known.name, step_now())
    # A code is good once: wait until the app shows another.
    await asyncio.sleep(max(0.0, (step - _AHEAD) * STEP_SECONDS - time.time()))
    browser = Browser(edge_url)
    try:
        code = code_of(known.seed, step)
        given, verifier = await browser.sign_in(known.name, known.password, code, known.office, _REDIRECT)
        return await browser.exchange(given, verifier, _REDIRECT)
    finally:
        await browser.aclose()
