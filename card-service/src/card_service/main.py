"""The composition root of card-service."""

from __future__ import annotations

from fastapi import FastAPI

from card_service.accesses.api import routes as accesses
from card_service.accesses.service import chain_accesses
from card_service.cards.api import routes as cards
from card_service.consumers import reactions
from card_service.distribution import plan_repository
from card_service.distribution.api import routes as distribution
from card_service.distribution.missed import sweep_missed
from card_service.distribution.plans import plan_chunk
from card_service.jobs import worker
from card_service.registry import import_repository
from card_service.registry.api import routes as registry
from card_service.registry.imports import Importer
from card_service.rollout import repository as rollout_repository
from card_service.rollout.activations import activation_chunk
from card_service.rollout.api import routes as rollout
from card_service.settings import Settings
from chassis import app as chassis_app
from chassis.app import Service


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; settings come from the environment unless given."""
    service = Service(
        name="card",
        title="Unified Card: citizens, cards and roll-out",
        settings=settings or Settings(),
        routers=[registry, accesses, cards, distribution, rollout],
        reactions=reactions,
        workers=[
            worker("imports", Importer().chunk, import_repository.fail),
            worker("pickup_plans", plan_chunk, plan_repository.fail),
            worker("activations", activation_chunk, rollout_repository.fail),
            sweep_missed,
            chain_accesses,
        ],
    )
    return chassis_app.create_app(service)
