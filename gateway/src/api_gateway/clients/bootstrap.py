"""The client that sets an installation up: it makes the others, sees no citizen, and ends by itself.

It ends with the first two administrators, who decide in its place, and after its hours in any case.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients import repository
from api_gateway.clients.models import Client
from api_gateway.database import MACHINE_TIME
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from chassis import outbox
from chassis.area import NATION
from chassis.auth import Revocations
from chassis.logging import get_logger
from chassis.sealing import Sealed
from contracts.clients import BOOTSTRAP, Owner
from contracts.gateway import ClientReinstated, ClientSuspended

log = get_logger(__name__)

ENDED: Final = "there are two administrators"


async def ensure_bootstrap(
    session: AsyncSession, secrets: Secrets, settings: Settings, revocations: Revocations
) -> None:
    """Write the client that sets everything else up, with the secret of the environment, for its few hours.

    A start with the same secret does not prolong them; whoever holds the host may give a new secret, while there are
    fewer than two administrators.
    """
    if settings.bootstrap_client_secret is None:
        return
    client_id = settings.bootstrap_client_id
    secret = settings.bootstrap_client_secret.get_secret_value()
    known = await repository.lock(session, client_id)
    same = known is not None and secrets.recognises(client_id, secret, Sealed(known.marked_with, known.secret_mark))
    now = MACHINE_TIME.now()
    ends = known.expires_at if known is not None and same else now + timedelta(hours=settings.gateway_bootstrap_hours)
    mark = secrets.mark(client_id, secret)
    client = Client(
        client_id=client_id,
        name="Bootstrap",
        owner=Owner.MINISTRY,
        purpose="Makes the first clients and administrators",
        scopes=sorted(BOOTSTRAP),
        governorate=NATION,
        site_id=None,
        marked_with=mark.key,
        secret_mark=mark.value,
        secret_expires_at=None,
        created_at=now,
        created_by="environment",
        expires_at=ends,
    )
    if known is None:
        await repository.add(session, client)
    else:
        if not same:
            await revocations.reinstate(session, client_id)
            await outbox.add(session, ClientReinstated(client_id=client_id))
        await repository.reopen(session, replace(client, created_at=known.created_at))
    if not same:
        log.warning("bootstrap client opened", client=client_id, until=ends.isoformat() if ends else None)


async def end_bootstrap(session: AsyncSession, settings: Settings, revocations: Revocations) -> None:
    """Close it for good: it gets no token, and those it has are refused everywhere within a second."""
    client_id, now = settings.bootstrap_client_id, MACHINE_TIME.now()
    known = await repository.lock(session, client_id)
    if known is None or (known.expires_at is not None and known.expires_at <= now):
        return
    await repository.end(session, client_id, now)
    await revocations.suspend(session, client_id, ENDED)
    await outbox.add(session, ClientSuspended(client_id=client_id, reason=ENDED))
    log.warning("bootstrap client ended: there are two administrators", client=client_id)
