"""One request of a browser: its language, address and session; answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from citizen_page import PATH
from citizen_page.clients import Asking
from citizen_page.context import Context
from citizen_page.errors import FormStale, SignedOut
from citizen_page.rendering import Language, Speech
from citizen_page.sessions import Session

_COOKIE: Final = "citizen"
_MOST_FIELDS: Final = 30


@dataclass
class Browser:
    """A request, with what the page knows of who sends it."""

    request: Request

    @property
    def context(self) -> Context:
        """The process's own objects."""
        context: Context = self.request.app.state.context
        return context

    @property
    def language(self) -> Language:
        """Arabic, unless English is asked for."""
        return "en" if self.request.query_params.get("lang") == "en" else "ar"

    @property
    def speech(self) -> Speech:
        """How that language says things."""
        return Speech(self.language)

    @cached_property
    def session(self) -> Session | None:
        """The session that goes on."""
        context = self.context
        return context.sealer.open_session(self.request.cookies.get(self.cookie), context.clock.now())

    def signed_in(self) -> Session:
        """The session. Raises SignedOut where there is none."""
        if self.session is None:
            raise SignedOut
        return self.session

    @property
    def cookie(self) -> str:
        """The cookie's name; bound to this very host where there is TLS."""
        return f"__Host-{_COOKIE}" if self.context.settings.secure else _COOKIE

    @property
    def address(self) -> str:
        """Where the request came from, as the edge has seen it: the last address that was added on the way.

        As `chassis.security.address_of`, whose module brings the database's libraries into a process that has none.
        """
        forwarded = self.request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return forwarded or (self.request.client.host if self.request.client else "")

    def asking(self, key: UUID | None = None) -> Asking:
        """On whose behalf services are called."""
        agent = "".join(letter for letter in self.request.headers.get("user-agent", "") if letter.isprintable())
        token = self.session.token if self.session else ""
        return Asking(self.address, agent[:300], token, key)

    async def form(self) -> dict[str, str]:
        """The fields of a posted form. Raises FormStale for what no form of these pages sends."""
        if not self.request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise FormStale
        try:
            fields = parse_qsl(
                (await self.request.body()).decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS,
                errors="strict",
            )  # fmt: skip
        except ValueError as error:
            raise FormStale from error
        return dict(fields)

    def key_of(self, form: str, fields: dict[str, str]) -> UUID:
        """The idempotency key of a form of this session. Raises FormStale or SignedOut."""
        return self.context.sealer.open_form(self.signed_in(), form, fields.get("form", ""))

    def new_key(self, form: str) -> str:
        """What a form carries, so that it has one effect and nobody else can send it. Raises SignedOut."""
        return self.context.sealer.new_form(self.signed_in(), form)

    def page(self, template: str, status: int = 200, **given: object) -> Response:
        """A page."""
        other = self.request.query_params.multi_items()
        kept = [(name, value) for name, value in other if name != "lang"]
        there = Speech("ar" if self.language == "en" else "en")
        path = self.request.url.path.removeprefix(PATH)
        html = self.context.rendering.page(
            template,
            self.language,
            other_language=there.url(path, **dict(kept)),
            signed_in=self.session is not None,
            **given,
        )
        return HTMLResponse(html, status)

    def see(self, path: str, **query: str) -> Response:
        """Send the browser to another of these pages, by GET."""
        return RedirectResponse(self.speech.url(path, **query), 303)

    def keep(self, response: Response, session: Session) -> Response:
        """Let the browser hold a session."""
        seconds = self.context.settings.citizen_session_seconds
        return self._set(response, self.context.sealer.seal_session(session), seconds)

    def forget(self, response: Response) -> Response:
        """Take the session from the browser."""
        return self._set(response, "", 0)

    def _set(self, response: Response, value: str, seconds: int) -> Response:
        secure = self.context.settings.secure
        response.set_cookie(self.cookie, value, max_age=seconds, secure=secure, httponly=True, samesite="lax")
        return response
