"""A browser without a screen: fills in the sign-in pages as somebody would, and follows where they lead."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import html
import re
import secrets
import struct
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from devstack.engines.process import EngineError

CLIENT = "unicard"
STEP_SECONDS = 30
_MOST_PAGES = 12
_TRIES = 20
_TIMEOUT = 15.0
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
_SEED = re.compile(r'class="seed"[^>]*>\s*<code>([^<]*)</code>')
_OFFICE = re.compile(r'name="office" value="([^"]*)"')
_ACTION = re.compile(r'<form method="post" action="([^"]*)"')


class SignInFailed(EngineError):
    """The pages led somewhere else than they should."""


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gave: the access token, and for how many seconds it is good."""

    access_token: str
    expires_in: float


def code_of(seed: str, step: int) -> str:
    """The one-time code of an authenticator app (RFC 6238, six digits) for a step of thirty seconds."""
    key = base64.b32decode(seed.replace(" ", "") + "=" * (-len(seed.replace(" ", "")) % 8), casefold=True)
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def pkce() -> tuple[str, str]:
    """A fresh verifier and its S256 challenge (RFC 7636)."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, challenge


class Browser:
    """One browser with cookies of its own, at the edge of one system."""

    def __init__(self, edge_url: str) -> None:
        """`edge_url`: where the pages are."""
        self.edge = edge_url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, headers={"User-Agent": "unicard", "Accept-Language": "en"})

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def accept(self, link: str, password: str, step: int) -> str:
        """Take an invitation up: a password and an authenticator app, whose seed is given back."""
        page = await self._get(link)
        page = await self._post(page, "/sign-in/invitation")
        page = await self._post(page, "/sign-in/password", password=password, again=password)
        if (seed := _SEED.search(page.text)) is None:
            raise SignInFailed(f"no seed on {page.url.path}: {_said(page)}")
        page = await self._post(page, "/sign-in/authenticator", code=code_of(seed[1], step))
        if 'action="/sign-in/authenticator"' in page.text:
            raise SignInFailed(f"the code was not taken: {_said(page)}")
        return html.unescape(seed[1])

    async def sign_in(self, name: str, password: str, code: str, office: str, redirect: str) -> tuple[str, str]:
        """The authorization code of a sign-in in an office, by name, password and code, and its PKCE verifier."""
        verifier, challenge = pkce()
        query = authorization_query(challenge, redirect, secrets.token_urlsafe(16))
        place = await self.follow(f"{self.edge}/oauth/authorize?{query}", name, password, code, office, redirect)
        return _code_in(place), verifier

    async def follow(self, url: str, name: str, password: str, code: str, office: str, redirect: str) -> str:
        """Where an authorization request leads back to, once its pages are filled in. Raises SignInFailed."""
        page = await self._filled_in(url, name, password, code, office)
        if not (place := str(page.headers.get("location", ""))).startswith(redirect):
            raise _not_signed_in(name, page)
        return place

    async def enter(self, url: str, name: str, password: str, code: str, office: str) -> str:
        """The cookies of pages at this edge, once whoever asks for them has signed in. Raises SignInFailed."""
        page = await self._filled_in(url, name, password, code, office)
        if not (page.is_success and str(page.url) == url):
            raise _not_signed_in(name, page)
        return "; ".join(f"{one.name}={one.value}" for one in self._client.cookies.jar)

    async def _filled_in(self, url: str, name: str, password: str, code: str, office: str) -> httpx.Response:
        """The first page that asks for nothing of a sign-in."""
        page = await self._get(url)
        for _ in range(_MOST_PAGES):
            if "location" in page.headers:
                return page  # out of the system
            action = _ACTION.search(page.text)
            path = page.url.path if action is None else action[1]
            if path == "/sign-in":
                page = await self._post(page, path, name=name, password=password)
            elif path == "/sign-in/second-factor":
                page = await self._post(page, path, code=code)
            elif path == "/sign-in/office":
                if office not in _OFFICE.findall(page.text):
                    raise SignInFailed(f"{name} has no office {office}")
                page = await self._post(page, path, office=office)
            else:
                return page
        raise _not_signed_in(name, page)

    async def exchange(self, code: str, verifier: str, redirect: str) -> Tokens:
        """The tokens for an authorization code."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": CLIENT,
            "code_verifier": verifier,
        }  # fmt: skip
        reply = await self._sent("POST", f"{self.edge}/oauth/token", form)
        if reply.status_code != httpx.codes.OK:
            raise SignInFailed(f"no token: {reply.status_code} {reply.text[:300]}")
        given = reply.json()
        return Tokens(str(given["access_token"]), float(given["expires_in"]))

    async def _get(self, url: str) -> httpx.Response:
        return await self._followed(await self._sent("GET", url))

    async def _post(self, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
        token = _FORM_TOKEN.search(page.text)
        if token is None:
            raise SignInFailed(f"no form on {page.url.path}: {page.status_code} {_said(page)}")
        form = {"form_token": html.unescape(token[1]), **fields}
        return await self._followed(await self._sent("POST", self.edge + path, form))

    async def _followed(self, reply: httpx.Response) -> httpx.Response:
        """What redirects within the system lead to; one that leads out of it is given as it is."""
        for _ in range(_MOST_PAGES):
            place = reply.headers.get("location")
            if place is None or not urljoin(str(reply.url), place).startswith(self.edge + "/"):
                return reply
            reply = await self._sent("GET", urljoin(str(reply.url), place))
        raise SignInFailed("the pages lead round in a circle")

    async def _sent(self, method: str, url: str, form: dict[str, str] | None = None) -> httpx.Response:
        """An answer, tried again while the edge says that there are too many or that it is not there yet."""
        for _ in range(_TRIES):
            try:
                reply = await self._client.request(method, url, data=form)
            except httpx.HTTPError as error:
                raise SignInFailed(f"{url}: {type(error).__name__}") from error
            if reply.status_code not in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
                return reply
            await asyncio.sleep(min(2.0, float(reply.headers.get("retry-after", "1") or 1)))
        return reply


def step_now() -> int:
    """The step of thirty seconds we are in."""
    return int(time.time()) // STEP_SECONDS


def authorization_query(challenge: str, redirect: str, state: str) -> str:
    """The query of an authorization request of the command line's, with two factors shown anew."""
    return urlencode(
        {
            "response_type": "code", "client_id": CLIENT, "redirect_uri": redirect, "scope": "openid",
            "state": state, "nonce": secrets.token_urlsafe(16), "code_challenge": challenge,
            "code_challenge_method": "S256", "prompt": "login", "acr_values": "urn:unicard:aal2",
        }
    )  # fmt: skip


def _code_in(place: str) -> str:
    """The code with which the pages lead back to the client. Raises SignInFailed for an error in its place."""
    query = parse_qs(urlsplit(place).query)
    if "code" not in query:
        raise SignInFailed(f"refused: {query.get('error', ['?'])[0]} {query.get('error_description', [''])[0]}")
    return query["code"][0]


def _not_signed_in(name: str, page: httpx.Response) -> SignInFailed:
    return SignInFailed(f"{name} is not signed in: {page.status_code} {page.url.path} {_said(page)}")


def _said(page: httpx.Response) -> str:
    """The words of a page, for a message."""
    words = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(words).split())[:300]
