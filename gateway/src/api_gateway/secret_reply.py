"""The unit of work of a route whose reply holds a secret, shown once.

The chassis stores a mutation's reply so that its repeat gets the same one. A secret must not lie in that table:
here the stored reply holds only the name of the key the secret was made with, and a repeat makes it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api_gateway.context import Running
from api_gateway.sealing import Secrets
from chassis import idempotency
from chassis.idempotency import Claim, Replay

Spell = Callable[[bytes], str]


@dataclass(frozen=True)
class SecretWork:
    """The session of the work, and the secret of this one occasion."""

    session: AsyncSession
    secret: str
    made_with: str


def secret_work(member: str, spell: Spell) -> object:
    """A dependency like `chassis.db.Work` for a reply whose `member` is a secret, written down by `spell`."""

    async def work(
        request: Request,
        runtime: Running,
        _: Annotated[str | None, Header(alias=idempotency.HEADER)] = None,
    ) -> AsyncIterator[SecretWork]:
        secrets = runtime.state.secrets
        claim = await idempotency.claim(request)
        async with runtime.sessions() as session, session.begin():
            try:
                await idempotency.enter(session, claim)
            except Replay as replay:
                raise _completed(replay, member, secrets, claim, spell) from None
            made = secrets.secret_for(member, claim.caller, claim.key)
            yield SecretWork(session, spell(made.value), made.key)
            request.state.reply = _redacted(request.state.reply, member, made.key)
            await idempotency.store(session, claim, request)
        runtime.wake_relay()

    return Depends(work, scope="function")


def _redacted(reply: Response, member: str, made_with: str) -> Response:
    document = orjson.loads(bytes(reply.body))
    document[member] = made_with
    return Response(orjson.dumps(document), reply.status_code, media_type="application/json")


def _completed(replay: Replay, member: str, secrets: Secrets, claim: Claim, spell: Spell) -> Replay:
    document = orjson.loads(replay.body)
    made = secrets.secret_for(member, claim.caller, claim.key, key=document[member])
    document[member] = spell(made.value)
    return Replay(replay.status, replay.media_type, orjson.dumps(document))
