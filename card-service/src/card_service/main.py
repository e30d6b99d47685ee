"""The composition root of card-service."""

from __future__ import annotations

from fastapi import FastAPI

from card_service.cards.api import routes as cards
from card_service.consumers import reactions
from card_service.distribution.api import routes as distribution
from card_service.handover.api import routes as handover
from card_service.lifespan import lifespan
from card_service.registry.api import routes as registry
from card_service.rollout.api import routes as rollout
from card_service.settings import Settings
from card_service.workers import workers
from chassis import app as chassis_app
from chassis.app import Service

ROUTERS = (registry, cards, distribution, handover, rollout)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; settings come from the environment unless given."""
    service = Service(
        name="card",
        title="Unified Card: citizens, cards and roll-out",
        settings=settings or Settings(),
        routers=ROUTERS,
        reactions=reactions,
        workers=workers(),
        lifespan=lifespan,
    )
    return chassis_app.create_app(service)
