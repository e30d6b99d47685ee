"""The composition of notify-service."""

from __future__ import annotations

from fastapi import FastAPI

from chassis.app import Service
from chassis.app import create_app as create_service
from notify_service import api, context, upkeep
from notify_service.consumers import make_reactions
from notify_service.inquiries import api as inquiries_api
from notify_service.sender import send_messages
from notify_service.settings import Settings

ROUTERS = (api.routes, inquiries_api.routes)


def create_app(settings: Settings | None = None) -> FastAPI:
    """notify-service as an ASGI app."""
    return create_service(
        Service(
            name="notify",
            title="Unified Card: messages to citizens",
            settings=settings or Settings(),
            routers=ROUTERS,
            reactions=make_reactions(),
            workers=[send_messages, *upkeep.URGENT, *upkeep.SLOW],
            lifespan=context.lifespan,
        )
    )
