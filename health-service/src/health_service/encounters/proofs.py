"""Holder's proofs of visits and collections: the card's holder was at the terminal and agreed to the amount."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.holder_proofs import once
from chassis.holder_proofs.form import Asked
from chassis.holder_proofs.keys import REFRESH_SECONDS
from chassis.holder_proofs.refusals import required
from chassis.periodic import Periodic
from health_service.context import Runtime

_PURPOSES: Final = frozenset({"visit"})


async def permitted(
    session: AsyncSession,
    runtime: Runtime,
    *,
    token: str | None,
    card_id: UUID,
    terminal_id: UUID,
    amount: int,
    operation: str,
) -> None:
    """Let the holder's proof permit this operation and no other, in this transaction.

    Raises HolderProofRequired without one, HolderProofInvalid, …Expired, …Used or …Unverifiable.
    """
    if token is None:
        raise required()
    asked = Asked(card_id, terminal_id, _PURPOSES, amount)
    proof = await runtime.state.proofs.checked(runtime.pool, token, asked)
    await once.remember(session, proof, operation)


KEYS_FRESH: Periodic[Runtime] = Periodic(
    "holder_proof_keys", lambda running: running.state.proofs.keep_fresh(running), REFRESH_SECONDS
)
