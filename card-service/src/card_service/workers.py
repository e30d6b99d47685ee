"""Everything card-service does by itself, beside requests and events."""

from __future__ import annotations

from card_service.accesses.service import CHAIN
from card_service.context import Runtime
from card_service.distribution import plan_repository
from card_service.distribution.missed import MISSED
from card_service.distribution.plans import plan_chunk
from card_service.duplicates.finding import FINDING
from card_service.jobs import job
from card_service.privacy.resuming import TELLING
from card_service.registry import import_repository
from card_service.registry.import_worker import Importer
from card_service.registry.requests.upkeep import UPKEEP
from card_service.rollout import repository as rollout_repository
from card_service.rollout.activations import activation_chunk
from card_service.search.upkeep import KEEPING
from chassis.periodic import Periodic


def workers() -> list[Periodic[Runtime]]:
    """One of each; several processes may run them at once."""
    return [
        job("imports", Importer().chunk, import_repository.fail),
        job("pickup_plans", plan_chunk, plan_repository.fail),
        job("activations", activation_chunk, rollout_repository.fail),
        KEEPING,
        FINDING,
        UPKEEP,
        Periodic(MISSED.worker, MISSED.run, lambda runtime: runtime.state.tools.settings.card_sweep_seconds),
        TELLING,
        Periodic(CHAIN.worker, CHAIN.run, lambda runtime: runtime.state.tools.settings.card_chain_seconds),
    ]
