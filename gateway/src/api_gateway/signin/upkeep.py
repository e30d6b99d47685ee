"""What time takes away: old sessions, codes, delays and attempts."""

from __future__ import annotations

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.signin import delays
from api_gateway.signin.citizens import repository as codes
from api_gateway.signin.citizens.service import KEPT
from api_gateway.signin.provider import storage
from api_gateway.signin.sessions import service as sessions


async def forget_old(running: Runtime) -> None:
    """Drop what nobody asks for any more."""
    now = MACHINE_TIME.now()
    async with running.sessions() as session, session.begin():
        await storage.forget_codes(session, now - storage.KEPT)
        await delays.forget_old(session, now)
        await sessions.forget_old(session, now)
        await codes.forget(session, now - KEPT)
