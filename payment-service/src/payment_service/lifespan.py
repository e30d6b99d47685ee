"""What payment-service holds while it runs: the ledger's lanes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from chassis.holder_proofs.keys import ProofKeys
from chassis.runtime import Resources
from payment_service.context import Context
from payment_service.keys import KEYS
from payment_service.ledger.accounts import Opened
from payment_service.ledger.lanes import ledger
from payment_service.register import CardRegister
from payment_service.settings import Settings
from policybook.startup import open_book, whole_book


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Enter the policy files, open the lanes; close them in the end."""
    proofs = ProofKeys(settings.holder_proof_keys, settings.holder_proof_keys_url)
    await proofs.load(resources.pool)
    policies = await open_book(resources, settings.policies, KEYS, whole_book)
    async with (
        aclosing(CardRegister(settings.card_url)) as register,
        ledger(resources, settings).running() as lanes,
    ):
        yield Context(settings, lanes, Opened(resources.pool), policies, register, proofs)
