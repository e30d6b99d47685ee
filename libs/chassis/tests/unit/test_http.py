"""Hot routes on real connections: whatever way a request comes, it is answered once, in its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace

import pytest
from fastapi import Request
from pydantic import BaseModel

from chassis.area import NATIONAL
from chassis.edge import App, Edge
from chassis.hot import Answer, Call, HotRoute
from chassis.principal import CallerKind, Principal
from chassis.problems import Conflict
from chassis.routing import router
from chassis.runtime import Resources
from chassis.testing import served_at
from contracts.scopes import Scope

PATH = "/v1/things"
CALLER = Principal("till", CallerKind.CLIENT, frozenset({"messages:report"}), NATIONAL)
HEAD = (
    f"POST {PATH} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer known\r\nIdempotency-Key: k1\r\n"
    "Content-Type: application/json\r\n"
)

_ROUTES = router()
_ROUTES.post(PATH, scopes=Scope.MESSAGES_REPORT, hot=True)(lambda: None)
ENDPOINT = _ROUTES.endpoint(f"POST {PATH}")
Ask = Callable[..., Awaitable[bytes]]


class Thing(BaseModel):
    number: int
    filling: str = ""


class Work:
    """Answers one turn of the loop later, or when it is let."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self._tasks: set[asyncio.Task[Answer]] = set()

    def begin(self, _: Call[Resources], thing: Thing) -> asyncio.Future[Answer]:
        self.begun.set()
        task = asyncio.get_running_loop().create_task(self._work(thing))
        self._tasks.add(task)
        return task

    async def _work(self, thing: Thing) -> Answer:
        await self.gate.wait()
        self.done.append(thing.number)
        if thing.number == 409:
            raise Conflict("twice")
        if thing.number == 500:
            raise RuntimeError("a fault of ours")
        return Answer(201, b"hot %d" % thing.number)


@pytest.fixture
async def work() -> Work:
    return Work()


@pytest.fixture
async def port(work: Work) -> AsyncIterator[int]:
    """The port of an app with a hot route and its twin."""
    app = App()

    @app.post(PATH)
    async def cold(request: Request) -> str:
        return f"cold {len(await request.body())}"

    app.add_middleware(Edge)
    app.hot = {PATH.encode(): HotRoute(ENDPOINT, Thing, work.begin)}
    app.state.runtime = SimpleNamespace(verifier=SimpleNamespace(known={"known": CALLER}.get))
    async with served_at(app) as number:
        yield number


def request(body: str, *headers: str) -> bytes:
    return (HEAD + "".join(f"{h}\r\n" for h in headers) + f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


async def reply(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """The next reply on a connection."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def test_one_after_the_other(port: int, work: Work) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in (7, 8):
        writer.write(request(f'{{"number":{number}}}', "X-Request-Id: my-request.1"))
        status, headers, body = await reply(reader)
        assert (status, body) == (201, b"hot %d" % number)
        assert (headers["content-type"], headers["x-request-id"]) == ("application/json", "my-request.1")
    assert work.done == [7, 8]
    writer.close()


async def test_all_at_once_on_one_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        request('{"number":1}') + request('{"number":"cold"}') + request('{"number":2}') + request('{"number":3}')
    )
    assert [(await reply(reader))[2] for _ in range(4)] == [b"hot 1", b'"cold 17"', b"hot 2", b"hot 3"]
    writer.close()


async def test_a_body_in_parts(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    whole = request('{"number":5}')
    for part in (whole[:-9], whole[-9:-3], whole[-3:]):
        writer.write(part)
        await asyncio.sleep(0.05)
    assert (await reply(reader))[2] == b"hot 5"
    writer.close()


@pytest.mark.parametrize("filling", [70_000, 700_000])
async def test_a_body_that_is_large_is_read_by_fastapi(port: int, work: Work, filling: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = f'{{"number":5,"filling":"{"x" * filling}"}}'
    writer.write(request(body))
    assert (await reply(reader))[2] == b'"cold %d"' % len(body)
    writer.write(request('{"number":6}'))
    assert (await reply(reader))[2] == b"hot 6"
    assert work.done == [6]
    writer.close()


async def test_who_waits_for_a_go_ahead_gets_it(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head, _, body = request('{"number":5}', "Expect: 100-continue").partition(b"\r\n\r\n")
    writer.write(head + b"\r\n\r\n")
    assert (await reply(reader))[0] == 100
    writer.write(body)
    assert (await reply(reader))[2] == b'"cold 12"'
    writer.close()


@pytest.mark.parametrize("query", ["?x=1", "/", "%20"])
async def test_another_address_is_another_route(port: int, work: Work, query: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request('{"number":5}').replace(PATH.encode(), (PATH + query).encode(), 1))
    assert (await reply(reader))[0] in {200, 307, 404}
    assert work.done == []
    writer.close()


async def test_a_connection_to_be_closed_is_closed(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request('{"number":5}', "Connection: close"))
    status, headers, body = await reply(reader)
    assert (status, headers["connection"], body) == (201, "close", b"hot 5")
    assert await reader.read() == b""
    writer.close()


async def test_a_caller_that_has_gone_hinders_nobody(port: int, work: Work) -> None:
    work.gate.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request('{"number":5}'))
    await asyncio.wait_for(work.begun.wait(), 10)
    writer.transport.abort()
    await asyncio.sleep(0.1)
    work.gate.set()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request('{"number":6}'))
    assert (await reply(reader))[2] == b"hot 6"
    assert work.done == [5, 6]
    writer.close()


@pytest.mark.parametrize(("number", "code"), [(409, b"conflict"), (500, b"internal_error")])
async def test_what_the_work_raises_leaves_as_a_problem(port: int, number: int, code: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(f'{{"number":{number}}}'))
    status, headers, body = await reply(reader)
    assert (status, headers["content-type"]) == (number, "application/problem+json")
    assert b'"code":"%s"' % code in body
    assert headers["x-request-id"].encode() in body
    assert b"a fault of ours" not in body
    writer.close()


async def test_what_is_under_way_at_the_end_is_still_answered(work: Work) -> None:
    app = App()
    app.hot = {PATH.encode(): HotRoute(ENDPOINT, Thing, work.begin)}
    app.state.runtime = SimpleNamespace(verifier=SimpleNamespace(known={"known": CALLER}.get))
    work.gate.clear()
    async with served_at(app) as number:
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        writer.write(request('{"number":5}'))
        await asyncio.wait_for(work.begun.wait(), 10)
        asyncio.get_running_loop().call_later(0.3, work.gate.set)
    status, headers, body = await reply(reader)
    assert (status, headers["connection"], body) == (201, "close", b"hot 5")
    writer.close()
