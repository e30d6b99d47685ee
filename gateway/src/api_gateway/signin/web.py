"""A browser at the pages of signing in: its cookies, its address and language, and answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api_gateway.signin.context import SignIn
from api_gateway.signin.flow import Flow, Language
from api_gateway.tokens.requests import fields_of
from chassis.security import address_of

SESSION: Final = "op"
FLOW: Final = "op-flow"
DEVICE: Final = "op-device"
_DEVICE_SECONDS: Final = 180 * 24 * 3600


@dataclass
class Browser:
    """One request of a browser, and the cookies its answer sets (None: takes away)."""

    request: Request
    sign_in: SignIn
    cookies: dict[str, str | None] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the edge by TLS."""
        return self.sign_in.settings.public_url.startswith("https:")

    @property
    def address(self) -> str:
        """Where the request came from, as the edge has seen it."""
        return address_of(self.request)

    @property
    def device(self) -> str:
        """What the browser calls itself."""
        return "".join(letter for letter in self.request.headers.get("user-agent", "") if letter.isprintable())

    @property
    def language(self) -> Language:
        """The first of the browser's languages that the pages speak, Arabic where it names none."""
        asked = self.request.query_params.get("ui_locales") or self.request.headers.get("accept-language", "")
        named = [part.split(";")[0].strip()[:2].lower() for part in asked.replace(" ", ",").split(",")]
        return "en" if next((one for one in named if one in {"ar", "en"}), "ar") == "en" else "ar"

    def flow(self) -> Flow | None:
        """The sign-in that is under way in it."""
        return self.sign_in.flows.open(self._cookie(FLOW))

    @property
    def session_cookie(self) -> str | None:
        """By what its session is known."""
        return self._cookie(SESSION)

    @property
    def device_cookie(self) -> str | None:
        """By what it is known as a device on which somebody signed in before."""
        return self._cookie(DEVICE)

    def keep(self, flow: Flow | None) -> None:
        """Let the answer carry the state of the sign-in, or take it away."""
        self.cookies[FLOW] = self.sign_in.flows.seal(flow) if flow else None

    def see_other(self, place: str) -> Response:
        """Send the browser elsewhere, by GET."""
        return self.dressed(RedirectResponse(place, 303))

    def page(self, html: str, status: int = 200, *, to: str = "") -> Response:
        """A page. `to`: the address its forms may lead on to, which browsers ask the policy for as well."""
        leads = f" {_origin(to)}" if to else ""
        policy = (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
            f" form-action 'self'{leads}; frame-ancestors 'none'; base-uri 'none'"
        )
        return self.dressed(HTMLResponse(html, status, {"Content-Security-Policy": policy}))

    def dressed(self, response: Response) -> Response:
        """An answer with its cookies, kept by no cache, telling nobody where the browser comes from."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        for name, value in self.cookies.items():
            self._set(response, name, value)
        return response

    def _set(self, response: Response, name: str, value: str | None) -> None:
        seconds = 0 if value is None else _DEVICE_SECONDS if name == DEVICE else None
        response.set_cookie(
            self._named(name), value or "", max_age=seconds, secure=self.secure, httponly=True, samesite="lax"
        )

    def _cookie(self, name: str) -> str | None:
        return self.request.cookies.get(self._named(name))

    def _named(self, name: str) -> str:
        """Bound to this very host, where there is TLS: a browser takes such a name from nobody else."""
        return f"__Host-{name}" if self.secure else name


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a posted form. Raises TokenRequestInvalid."""
    return fields_of(request.headers.get("content-type"), await request.body())


def query_of(text: str) -> list[tuple[str, str]]:
    """The fields of a query in their order. Raises ValueError."""
    return parse_qsl(text, keep_blank_values=True, max_num_fields=50, errors="strict") if text else []


def leads_to(flow: Flow) -> str:
    """The client's address that a sign-in leads to, empty where it leads to one's own account."""
    return dict(query_of(flow.request)).get("redirect_uri", "")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
