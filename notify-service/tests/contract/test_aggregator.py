"""Our client of the aggregator against the development stack's SMS network: both sides keep the one protocol.

The network reports through the gateway; here a front that hands out tokens and passes requests on stands at its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest
from aiohttp import web

from chassis.ids import new_id
from chassis.testing import eventually
from contracts.card import CardBlocked
from devstack.sink.app import create_app
from devstack.sink.settings import SinkSettings
from notify_service.channels.aggregator import Aggregator
from notify_service.channels.channel import Outgoing, ProviderDown
from notify_service.channels.choice import Channels
from notify_service.messages.sender import Sender
from notify_service.templates.encoding import measure

if TYPE_CHECKING:
    from ..conftest import Desk

NUMBER = "+201012345678"
TOKEN = "token-of-the-aggregator"


@dataclass
class Network:
    url: str
    client: httpx.AsyncClient

    async def texts(self) -> list[str]:
        items = (await self.client.get("/messages", params={"to": NUMBER})).json()["items"]
        return [item["text"] for item in items]


@pytest.fixture
async def network(desk: Desk, tmp_path: Path) -> AsyncIterator[Network]:
    clients = tmp_path / "clients.json"
    clients.write_bytes(orjson.dumps({"sms-provider": {"client_id": "sms-provider", "client_secret": "x"}}))
    async with _served(_front(desk)) as gateway_url:
        settings = SinkSettings(
            port=0, database=tmp_path / "sink.sqlite", token=TOKEN, gateway_url=gateway_url, clients_file=clients,
            receipt_seconds=0.01,
        )  # fmt: skip
        async with _served(create_app(settings)) as url, httpx.AsyncClient(base_url=url) as client:
            yield Network(url, client)


def _front(desk: Desk) -> web.Application:
    async def token(_: web.Request) -> web.Response:
        granted = desk.issuer.token("sms-provider", "messages:report")
        return web.json_response({"access_token": granted, "token_type": "Bearer", "expires_in": 600})

    async def forward(request: web.Request) -> web.Response:
        kept = {n: v for n, v in request.headers.items() if n.lower() not in {"host", "content-length"}}
        reply = await desk.client.request(
            request.method, str(request.rel_url), content=await request.read(), headers=kept
        )
        return web.Response(
            body=reply.content, status=reply.status_code, headers={"content-type": reply.headers["content-type"]}
        )

    app = web.Application()
    app.router.add_post("/oauth/token", token)
    app.router.add_route("*", "/{path:.*}", forward)
    return app


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def outgoing(text: str, to: str = NUMBER) -> Outgoing:
    length = measure(text)
    return Outgoing(new_id(), to, text, length.encoding, length.parts)


@asynccontextmanager
async def link(desk: Desk, network: Network, **changes: object) -> AsyncIterator[Aggregator]:
    settings = desk.sender._settings.model_copy(update={"sms_url": network.url, **changes})
    async with Aggregator(settings) as aggregator:
        yield aggregator


async def test_a_reference_sent_twice_is_accepted_twice_and_delivered_once(desk: Desk, network: Network) -> None:
    message = outgoing("استلم الكارت الموحد")
    async with link(desk, network) as aggregator:
        first = (await aggregator.send([message]))[message.reference]
        again = (await aggregator.send([message]))[message.reference]
    assert first.status == again.status == "accepted"
    assert first.provider_id == again.provider_id is not None
    assert await network.texts() == ["استلم الكارت الموحد"]


async def test_a_wrong_number_is_rejected_alone_with_a_reason_the_policy_knows(desk: Desk, network: Network) -> None:
    good, wrong = outgoing("one"), outgoing("two", to="0101234")
    async with link(desk, network) as aggregator:
        results = await aggregator.send([wrong, good])
    assert results[good.reference].status == "accepted"
    assert results[wrong.reference].status == "rejected"
    assert results[wrong.reference].reason in desk.runtime.state.rules.retries.wrong_number


async def test_another_token_is_refused(desk: Desk, network: Network) -> None:
    from pydantic import SecretStr

    async with link(desk, network, sms_token=SecretStr("another")) as aggregator:
        with pytest.raises(ProviderDown, match="401"):
            await aggregator.send([outgoing("one")])


async def test_from_queue_to_receipt(desk: Desk, network: Network) -> None:
    contact = await desk.know()
    await desk.hear(
        CardBlocked(
            card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, reason="stolen",
            blocked_at=desk.runtime.clock.now(),
        )
    )  # fmt: skip
    async with link(desk, network) as aggregator:
        assert await Sender(desk.runtime, Channels([aggregator])).step() == 0

    async def delivered() -> bool:
        return [m["status"] for m in await desk.messages()] == ["delivered"]

    await eventually(delivered)
    assert [kind for kind, _ in await desk.published()] == ["MessageDelivered"]
    (message,) = await desk.messages()
    listed = (await network.client.get("/messages")).json()["items"]
    assert [(m["reference"], m["encoding"], m["parts"], m["text"]) for m in listed] == [
        (message["id"], message["encoding"], message["parts"], message["text"])
    ]


async def test_a_citizens_message_reaches_the_desk(desk: Desk, network: Network) -> None:
    contact = await desk.know()
    reply = await network.client.post("/inbound", json={"from": NUMBER, "text": "رصيد"})
    assert reply.status_code == 202
    await asyncio.sleep(0)
    asked = [d for kind, d in await desk.published() if kind == "InquiryReceived"]
    assert [(d["topic"], d["citizen_id"]) for d in asked] == [("balance", str(contact.citizen_id))]
