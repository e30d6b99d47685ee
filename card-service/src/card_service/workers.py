"""Everything card-service does by itself, beside requests and events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from card_service.accesses.service import chain_accesses
from card_service.context import Runtime
from card_service.distribution import plan_repository
from card_service.distribution.missed import sweep_missed
from card_service.distribution.plans import plan_chunk
from card_service.jobs import worker
from card_service.registry import import_repository
from card_service.registry.imports import Importer
from card_service.rollout import repository as rollout_repository
from card_service.rollout.activations import activation_chunk


def workers() -> list[Callable[[Runtime], Awaitable[None]]]:
    """One of each; several processes may run them at once."""
    return [
        worker("imports", Importer().chunk, import_repository.fail),
        worker("pickup_plans", plan_chunk, plan_repository.fail),
        worker("activations", activation_chunk, rollout_repository.fail),
        sweep_missed,
        chain_accesses,
    ]
