"""A proof permits one operation: its id is written in the transaction of that one, and unique."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.holder_proofs.form import HolderProof, moment
from chassis.holder_proofs.refusals import HolderProofUsed
from chassis.periodic import Periodic
from chassis.runtime import Resources

EVERY_SECONDS: Final = 600.0
# What has expired is refused, whoever brings it: the id is kept a while longer, for machines whose clocks differ.
KEPT: Final = timedelta(hours=1)

# Begins a part of a statement that remembers proofs beside other rows; a SELECT of these columns follows.
INSERT_USED = "INSERT INTO holder_proof_used (proof_id, operation, expires_at)"
_REMEMBER = text(f"{INSERT_USED} VALUES (:proof_id, :operation, :expires_at) ON CONFLICT DO NOTHING RETURNING proof_id")
_FORGET = (
    "DELETE FROM holder_proof_used WHERE ctid = ANY(ARRAY("
    "SELECT ctid FROM holder_proof_used WHERE expires_at < $1 LIMIT $2))"
)
_AT_ONCE: Final = 5000


async def remember(session: AsyncSession, proof: HolderProof, operation: str) -> None:
    """Let a proof permit this operation (`payment:…`), and no other for ever. Raises HolderProofUsed.

    Of two operations at once the second waits for the first, and is refused when that one commits.
    """
    values = {"proof_id": proof.proof_id, "operation": operation, "expires_at": proof.expires_at}
    if (await session.execute(_REMEMBER, values)).scalar_one_or_none() is None:
        raise used(proof)


def used(proof: HolderProof) -> HolderProofUsed:
    """The refusal of a proof that has permitted another operation."""
    return HolderProofUsed("Ask the holder again.", detail_ar="اطلب من صاحب الكارت إثبات حضوره مرة أخرى")


def forgetting() -> Periodic[Resources]:
    """What forgets proofs that are over."""

    async def run(runtime: Resources) -> bool:
        done = await runtime.pool.execute(_FORGET, moment() - KEPT, _AT_ONCE)
        return str(done) == f"DELETE {_AT_ONCE}"

    return Periodic("holder_proofs_over", run, EVERY_SECONDS)
