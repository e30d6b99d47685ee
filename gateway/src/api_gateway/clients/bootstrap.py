"""The client that sets an installation up: it makes the others, sees no citizen, and ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients import repository
from api_gateway.clients.models import Client
from api_gateway.database import MACHINE_TIME
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from chassis.area import NATION
from chassis.logging import get_logger
from chassis.sealing import Sealed
from contracts.clients import BOOTSTRAP, Owner

log = get_logger(__name__)


async def ensure_bootstrap(session: AsyncSession, secrets: Secrets, settings: Settings) -> None:
    """Write the client that sets everything else up, with the secret of the environment, for its few hours.

    A start with the same secret does not prolong them; whoever holds the host may give a new secret.
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
        await repository.reopen(session, replace(client, created_at=known.created_at))
    if not same:
        log.warning("bootstrap client opened", client=client_id, until=ends.isoformat() if ends else None)
