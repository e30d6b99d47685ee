"""Holder's proofs: nothing leaves a wallet whose holder was not there to agree to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from chassis.holder_proofs.form import Asked, HolderProof, KeyUnknown, permits
from chassis.holder_proofs.keys import REFRESH_SECONDS
from chassis.holder_proofs.refusals import HolderProofInvalid, HolderProofUnverifiable, required
from chassis.periodic import Periodic
from contracts.health import CopaymentDue
from payment_service.context import Runtime

# One proof covers a sale and the hold that pays its part.
OF_HOLDS: Final = frozenset({"sale", "hold"})
OF_VISITS: Final = frozenset({"visit"})
# health-service has judged the time when the visit was entered; its event may come much later.
_WHENEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def of_hold(runtime: Runtime, terminal_id: UUID, card_id: UUID, amount: int, token: str | None) -> HolderProof:
    """The proof that permits a hold; a proxy's opens no wallet.

    Raises HolderProofRequired, …Invalid, …Expired or …Unverifiable.
    """
    if token is None:
        raise required()
    proof = await runtime.state.proofs.checked(runtime.pool, token, Asked(card_id, terminal_id, OF_HOLDS, amount))
    if proof.prover == "proxy":
        raise HolderProofInvalid("A proxy opens no wallet.", detail_ar="لا يخصم من المحفظة بتوكيل.", mismatch="prover")
    return proof


async def of_visit(runtime: Runtime, due: CopaymentDue) -> HolderProof:
    """The proof that health-service had for a visit or a collection. Raises the refusal."""
    if due.holder_proof is None:
        raise required()
    keys = runtime.state.proofs
    try:
        proof = keys.proof(due.holder_proof)
    except (KeyUnknown, HolderProofUnverifiable):
        await keys.load(runtime.pool)  # another process may have fetched it
        proof = await keys.found(runtime.pool, due.holder_proof)
    permits(proof, Asked(due.card_id, proof.terminal_id, OF_VISITS, due.amount), _WHENEVER)
    return proof


KEYS_FRESH: Periodic[Runtime] = Periodic(
    "holder_proof_keys", lambda running: running.state.proofs.keep_fresh(running), REFRESH_SECONDS
)
