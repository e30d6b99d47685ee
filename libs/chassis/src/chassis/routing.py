"""The router every service uses: it hands each reply to the unit of work before that commits."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute


class ReplyingRoute(APIRoute):
    """Keeps the finished reply on the request, where the unit of work finds it when it ends."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler: function-scoped dependencies end after it, before the reply leaves."""
        handler = super().get_route_handler()

        async def keep_reply(request: Request) -> Response:
            response = await handler(request)
            request.state.reply = response
            return response

        return keep_reply


def router(**options: Any) -> APIRouter:
    """An APIRouter on which mutations can store their replies."""
    return APIRouter(route_class=ReplyingRoute, **options)
