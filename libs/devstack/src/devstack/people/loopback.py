"""Signing in from the command line: authorization code with PKCE, back to a port of the loopback (RFC 8252)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from devstack.engines.ports import LOOPBACK
from devstack.people.pages import Browser, SignInFailed, Tokens, authorization_query, pkce

_LONGEST_SECONDS = 600.0
_DONE = "Signed in. This page may be closed. تم تسجيل الدخول، يمكن إغلاق الصفحة."


async def sign_in(edge_url: str, show: Callable[[str], None]) -> Tokens:
    """The tokens of a sign-in in the person's own browser; `show` is given where it begins. Raises SignInFailed."""
    verifier, challenge = pkce()
    state = secrets.token_urlsafe(16)
    arrived: asyncio.Future[dict[str, list[str]]] = asyncio.get_running_loop().create_future()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readline()).decode("latin-1").split(" ")[1:2]
        place = urlsplit(target[0] if target else "")
        query = parse_qs(place.query)
        known = place.path == "/callback" and query.get("state") == [state]
        body = _DONE.encode() if known else b""
        status = "200 OK" if known else "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()
        if known and not arrived.done():
            arrived.set_result(query)

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    redirect = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/callback"
    try:
        show(f"{edge_url.rstrip('/')}/oauth/authorize?{authorization_query(challenge, redirect, state)}")
        async with asyncio.timeout(_LONGEST_SECONDS):
            query = await arrived
    except TimeoutError as error:
        raise SignInFailed("nobody has signed in") from error
    finally:
        server.close()
    if "code" not in query:
        raise SignInFailed(f"refused: {query.get('error', ['?'])[0]}")
    browser = Browser(edge_url)
    try:
        return await browser.exchange(query["code"][0], verifier, redirect)
    finally:
        await browser.aclose()
