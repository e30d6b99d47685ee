"""The OpenAPI of the whole API, as it was merged when the services were built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MERGED = Path(__file__).parents[1] / "openapi.json"


def document(app: FastAPI) -> dict[str, Any]:
    """The merged document; the gateway's own where it has not been merged yet."""
    if not MERGED.exists():
        return app.openapi()
    merged: dict[str, Any] = orjson.loads(MERGED.read_bytes())
    return merged


class MergedOpenApi:
    """Answers in front of FastAPI, whose own `/openapi.json` would show the gateway's routes only."""

    def __init__(self) -> None:
        """Read the document when it is first asked for."""
        self._body: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the document."""
        if self._body is None:
            self._body = orjson.dumps(document(Request(scope).app))
        headers = {"Cache-Control": "max-age=300"}
        await Response(self._body, headers=headers, media_type="application/json")(scope, receive, send)
