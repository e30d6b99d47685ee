"""The sink's HTTP side: the aggregator's protocol, and pages for people and tests."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aiohttp import web

from devstack.sink.receipts import Network, NoClient
from devstack.sink.settings import SinkSettings
from devstack.sink.store import Message, Store
from devstack.terminal.caller import Refused
from devstack.terminal.wire import NotReached

_MOST_IN_A_BATCH = 1000
_MOST_LISTED = 1000
_LARGEST_BODY = 4 * 1024 * 1024
_NUMBER = re.compile(r"\+[1-9]\d{7,14}")

SETTINGS = web.AppKey("settings", SinkSettings)
STORE = web.AppKey("store", Store)
NETWORK = web.AppKey("network", Network)


def create_app(settings: SinkSettings) -> web.Application:
    """The sink as an aiohttp application."""
    app = web.Application(client_max_size=_LARGEST_BODY)
    app[SETTINGS] = settings
    app.cleanup_ctx.append(_work)
    app.add_routes(
        [
            web.get("/livez", _livez),
            web.post("/messages", _accept),
            web.get("/messages", _list),
            web.get("/counts", _counts),
            web.post("/inbound", _inbound),
        ]
    )
    return app


async def _work(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    app[STORE] = Store(settings.database, settings.most_messages)
    app[NETWORK] = Network(settings, app[STORE])
    reporting = asyncio.create_task(app[NETWORK].report_for_ever())
    yield
    reporting.cancel()
    with suppress(asyncio.CancelledError):
        await reporting
    await app[NETWORK].aclose()
    app[STORE].close()


async def _livez(_: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def _accept(request: web.Request) -> web.Response:
    """Take a batch: each message is accepted or rejected by itself."""
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {request.app[SETTINGS].token}".encode()):
        return _refused(401, "the token is not the provider's")
    document = await _json(request)
    batch = document.get("messages")
    if not isinstance(batch, list) or not 0 < len(batch) <= _MOST_IN_A_BATCH:
        return _refused(422, f"messages: 1 to {_MOST_IN_A_BATCH} of them are needed")
    read = [_read(entry) for entry in batch]
    taken = [message for message in read if isinstance(message, Message)]
    ids = iter(request.app[STORE].accept(taken) if taken else [])
    results = [
        {"reference": message.reference, "status": "accepted", "provider_id": f"sink-{next(ids)}"}
        if isinstance(message, Message)
        else message
        for message in read
    ]
    request.app[NETWORK].news.set()
    return web.json_response({"results": results})


def _read(entry: object) -> Message | dict[str, object]:
    """A message of the batch, or its rejection."""
    fields = entry if isinstance(entry, dict) else {}
    reference = fields.get("reference")

    def rejected(reason: str) -> dict[str, Any]:
        return {"reference": reference, "status": "rejected", "provider_id": None, "reason": reason}

    if not isinstance(reference, str) or not reference:
        return rejected("reference_missing")
    if not isinstance(fields.get("to"), str) or not _NUMBER.fullmatch(fields["to"]):
        return rejected("invalid_number")
    if not isinstance(fields.get("text"), str) or not fields["text"]:
        return rejected("text_missing")
    parts = fields.get("parts", 1)
    if not isinstance(parts, int) or parts < 1:
        return rejected("invalid_parts")
    sender, encoding = str(fields.get("sender", "")), str(fields.get("encoding", ""))
    return Message(reference, fields["to"], sender, fields["text"], encoding, parts)


async def _list(request: web.Request) -> web.Response:
    """Messages as they came, from `after` on, or with `newest=1` the last ones."""
    try:
        after = int(request.query.get("after", "0"))
        limit = int(request.query.get("limit", "100"))
    except ValueError:
        return _refused(422, "after and limit are numbers")
    limit = max(1, min(limit, _MOST_LISTED))
    newest = request.query.get("newest") == "1"
    items = request.app[STORE].messages(request.query.get("to"), after, limit, newest=newest)
    following = items[-1]["id"] if len(items) == limit and not newest else None
    return web.json_response({"items": items, "next": following}, dumps=_dumps)


async def _counts(request: web.Request) -> web.Response:
    return web.json_response(request.app[STORE].counts())


async def _inbound(request: web.Request) -> web.Response:
    """A citizen's message, handed on to the system."""
    document = await _json(request)
    sender, text = document.get("from"), document.get("text")
    if not isinstance(sender, str) or not _NUMBER.fullmatch(sender) or not isinstance(text, str) or not text:
        return _refused(422, "from (+20…) and text are needed")
    try:
        provider_id = await request.app[NETWORK].forward(sender, text)
    except NoClient as error:
        return _refused(503, str(error))
    except (Refused, NotReached) as error:
        return _refused(502, f"the gateway did not take it: {error}")
    return web.json_response({"provider_id": provider_id}, status=202)


async def _json(request: web.Request) -> dict[str, object]:
    try:
        document = await request.json()
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {}


def _refused(status: int, detail: str) -> web.Response:
    return web.json_response({"status": status, "detail": detail}, status=status)


def _dumps(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)
