"""Granting tokens: who asks, whether they prove it, and what the token says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api_gateway.clients import repository as clients
from api_gateway.clients.schemas import CLIENT_ID
from api_gateway.database import MACHINE_TIME
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from api_gateway.terminals import repository as terminals
from api_gateway.terminals.models import Terminal
from api_gateway.terminals.overlap import taking_turns
from api_gateway.tokens import assertions, grants, repository
from api_gateway.tokens.errors import AssertionReplayed, ClientExpired, ClientRefused, ClientSuspended
from api_gateway.tokens.grants import Grant
from api_gateway.tokens.issuer import Issuer
from api_gateway.tokens.requests import AssertionProof, SecretProof, TokenRequest
from chassis import outbox, security
from chassis.ids import new_id
from chassis.sealing import Sealed
from chassis.security import Happening
from contracts.gateway import TerminalOverlapped

_UNREADABLE = "unreadable"
_NOBODY = "Unknown client, or not its secret."


@dataclass(frozen=True)
class TokenDesk:
    """What is needed to grant tokens."""

    settings: Settings
    secrets: Secrets
    issuer: Issuer
    sessions: async_sessionmaker[AsyncSession]

    async def grant(self, request: TokenRequest) -> tuple[str, Grant]:
        """A signed token and what it grants. Raises the refusals of RFC 6749 §5.2."""
        try:
            if isinstance(request.proof, SecretProof):
                grant = await self._by_secret(request.proof)
            else:
                grant = await self._by_assertion(request.proof, request)
        except ClientRefused as refusal:
            failed = Happening.CLIENT_SIGN_IN_FAILED
            security.raised(failed, client=_named(request.proof), code=refusal.code, address=request.address)
            raise
        grant = grant.narrowed(request.scopes)
        return self.issuer.sign(grant.claims(str(new_id()))), grant

    async def _by_secret(self, proof: SecretProof) -> Grant:
        async with self.sessions() as session:
            client = await clients.find(session, proof.client_id)
            earlier = await clients.superseded(session, proof.client_id, MACHINE_TIME.now())
        known = Sealed(client.marked_with, client.secret_mark) if client else self.secrets.mark("", "")
        newest = self.secrets.recognises(proof.client_id, proof.secret, known)  # also for nobody: the same time passes
        before = [
            self.secrets.recognises(proof.client_id, proof.secret, Sealed(one.marked_with, one.secret_mark))
            for one in earlier
        ]
        if client is None or not (newest or any(before)):
            raise ClientRefused(_NOBODY)
        if client.suspended_at is not None:
            raise ClientSuspended("Ask whoever runs the system why.", detail_ar="اسأل الجهة المشغلة عن السبب.")
        now = MACHINE_TIME.now()
        if client.over(now):
            raise ClientExpired(
                "Have it recertified by whoever answers for it.", detail_ar="يلزم تجديد اعتماده من المسؤول عنه."
            )
        if newest and client.secret_over(now):
            raise ClientExpired("Have its secret renewed.", detail_ar="يلزم تجديد سره.")
        return grants.of_client(client)

    async def _by_assertion(self, proof: AssertionProof, request: TokenRequest) -> Grant:
        subject = assertions.claimed_client(proof.assertion)
        if proof.client_id not in {None, subject}:
            raise ClientRefused("client_id is not the one of the assertion.")
        try:
            terminal_id = UUID(subject)
        except ValueError as error:
            raise ClientRefused("Only enrolled terminals prove themselves by a key.") from error
        now = MACHINE_TIME.now()
        async with self.sessions() as session, session.begin():
            terminal = await terminals.find(session, terminal_id)
            if terminal is None or terminal.public_key is None or str(terminal_id) != subject:
                raise ClientRefused("The terminal is not enrolled.", detail_ar="الماكينة غير مفعلة.")
            audiences = {*self.settings.issuers, self.settings.token_url, "/oauth/token"}
            longest = timedelta(seconds=self.settings.gateway_assertion_seconds)
            assertion = assertions.verify(proof.assertion, terminal.public_key, audiences, now, longest)
            if not await repository.use_assertion(session, subject, assertion.jti, assertion.expires_at):
                raise AssertionReplayed("Make a new assertion, with a jti of its own, for every token.")
            if request.address:
                await self._seen(session, terminal, request.address, now)
        if terminal.suspended_at is not None:
            if (late := grants.of_suspended(terminal, request.scopes)) is not None:
                return late
            raise ClientSuspended("The terminal is suspended.", detail_ar="راجع مديرية التموين.")
        return grants.of_terminal(terminal)

    async def _seen(self, session: AsyncSession, terminal: Terminal, address: str, now: datetime) -> None:
        """Note from where a terminal's key is used; from two places in turns raises an alarm, once in a while."""
        within = timedelta(minutes=self.settings.gateway_overlap_minutes)
        uses = await terminals.use(session, terminal.terminal_id, address, now, now - within)
        told = terminal.overlap_at is not None and terminal.overlap_at > now - within
        if told or not taking_turns(uses, address, now, within):
            return
        await terminals.note_overlap(session, terminal.terminal_id, now)
        event = TerminalOverlapped(
            terminal_id=terminal.terminal_id, outlet_id=terminal.outlet_id, key_id=terminal.key_id or ""
        )
        await outbox.add(session, event)
        security.raised(Happening.TERMINAL_OVERLAP, terminal=str(terminal.terminal_id), address=address)


def _named(proof: SecretProof | AssertionProof) -> str:
    """Whom a failed sign-in claims to come from, as far as a log may hold it."""
    if isinstance(proof, SecretProof):
        named = proof.client_id
    else:
        try:
            named = assertions.claimed_client(proof.assertion)
        except ClientRefused:
            return _UNREADABLE
    return named if re.fullmatch(CLIENT_ID, named) else _UNREADABLE
