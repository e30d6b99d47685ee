"""A visit: one request of somebody who has signed in, and the pages it is answered with."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.governorates import GOVERNORATES
from chassis.ids import new_id
from chassis.sealing import SealBroken
from contracts.clients import NATION
from contracts.people import PEOPLE
from staff_console.context import Context, Running
from staff_console.pages import MENU, menu, render
from staff_console.services import Acting, ServiceRefused
from staff_console.sessions import service as sessions
from staff_console.sessions.models import Session
from staff_console.views import service as views
from staff_console.views.queries import filter_of
from staff_console.views.service import View
from staff_console.web.errors import FormStale, Locked, Missing, SignedOut
from staff_console.web.pager import Pager
from staff_console.words import TEXTS

Language = Literal["ar", "en"]
SESSION: Final = "console"
NOTICE: Final = "console-notice"
LANGUAGE: Final = "console-language"
_YEAR: Final = 365 * 24 * 3600
_MOST_FIELDS: Final = 200
_FIELDS: Final = "application/x-www-form-urlencoded"
# The pages of the menu: their filters can be kept as views.
LISTS: Final = frozenset(entry.path for entry in MENU)


@dataclass
class Guest:
    """One request of a browser: its cookies and language, and the cookies its answer sets (None: takes away)."""

    request: Request
    context: Context
    cookies: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def language(self) -> Language:
        """The language asked for by `?lang=`, kept from then on; Arabic where nobody has asked."""
        asked = self.request.query_params.get("lang")
        if asked in {"ar", "en"}:
            self.cookies[LANGUAGE] = asked
        else:
            asked = self.request.cookies.get(LANGUAGE)
        return "en" if asked == "en" else "ar"

    def cookie(self, name: str) -> str | None:
        """What the browser keeps under a name that is bound to this very host, where there is TLS."""
        return self.request.cookies.get(self._named(name))

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.context.settings.secure else name

    def page(self, template: str, status: int = 200, **facts: object) -> Response:
        """A page."""
        language = self.language
        html = render(
            template, language, here=self.request.url.path, other=self._other(language),
            training=self.context.settings.training,
            **{"who": None, "left": 0, "searches": False, "notice": None, "restored": False, "menu": (), **facts},
        )  # fmt: skip
        return self.dressed(HTMLResponse(html, status))

    def see_other(self, place: str) -> Response:
        """Send the browser elsewhere, by GET."""
        return self.dressed(RedirectResponse(place, 303))

    def dressed(self, response: Response) -> Response:
        """An answer with its cookies: no script reads them, no other site's form sends them."""
        for name, value in self.cookies.items():
            named = name if name == LANGUAGE else self._named(name)
            seconds = 0 if value is None else _YEAR if name == LANGUAGE else None
            response.set_cookie(
                named, value or "", max_age=seconds, secure=self.context.settings.secure, httponly=True, samesite="lax"
            )
        return response

    def _other(self, language: Language) -> str:
        """The same page in the other language."""
        query = [(n, v) for n, v in self.request.query_params.multi_items() if n != "lang"]
        return str(self.request.url.replace_query_params(**dict(query), lang="en" if language == "ar" else "ar").query)


@dataclass
class Visit(Guest):
    """The same of somebody who has signed in. `session` holds their rights and tokens."""

    session: Session = field(kw_only=True)
    restored: bool = False
    views: tuple[View, ...] = ()

    @property
    def services(self) -> Acting:
        """The services, called in their name."""
        return self.context.services.acting(self.session.tokens.access)

    async def draft(self, place: str) -> dict[str, str]:
        """What they had typed at a place when their session ended, given once; the page says that it is kept."""
        found = await sessions.take_draft(self.context, self.session, place)
        self.restored = bool(found)
        return found

    def say(self, text: str) -> str:
        """A text in their language."""
        return TEXTS[text][0 if self.language == "ar" else 1]

    def refused(self, refusal: ServiceRefused, again: Container[int]) -> str:
        """What a service says of a form that may be sent again. Raises a refusal of another status."""
        if refusal.status not in again:
            raise refusal
        return refusal.said(self.language)

    @property
    def form_token(self) -> str:
        """What each of their forms carries."""
        return sessions.form_token(self.context, self.session)

    def wrote(self, form_token: str) -> bool:
        """Whether a form that carries this is of this session's pages."""
        return sessions.is_form_token(self.context, self.session, form_token)

    def may(self, *scopes: str) -> bool:
        """Whether they have any of these rights in the office they chose."""
        return self.session.may(*scopes)

    @property
    def area(self) -> str:
        """What they are bound to: `*`, a governorate's code or a district's; nothing where nobody said."""
        return str(self.session.tokens.claims.get("gov", ""))

    @property
    def nation(self) -> bool:
        """Whether they see every governorate."""
        return self.area == NATION

    def governorate(self, chosen: str = "") -> str:
        """The governorate they look at: their own, or of the whole nation the one that was chosen."""
        return chosen if self.nation else self.area[:2]

    def page(self, template: str, status: int = 200, **facts: object) -> Response:
        """A page with the menu of what they may do; what was told for it is told once."""
        notice = self._noticed()
        more = {
            "who": self._who(), "menu": menu(self.session.tokens.scopes), "may": self.session.may,
            "form_token": self.form_token, "new_key": lambda: str(new_id()), "notice": notice,
            "restored": self.restored, "searches": self._searches(), "views": self.views,
            "saving": self._saving(status), "left": sessions.seconds_left(self.session),
            "ends_at": self.session.ends_at, "pin": self.session.pin,
            "lock_after": self.context.settings.console_lock_minutes * 60 * self.session.pin,
            "me": self.session.subject, "nation": self.nation, "pages": self.pages(),
        }  # fmt: skip
        return super().page(template, status, **{**more, **facts})

    def pages(self, **conditions: str) -> Pager:
        """The pages of the list at this address; `conditions` hold on all of them, whatever is usual by then."""
        return Pager.of(self.request.url.include_query_params(**conditions))

    def done(self, place: str, said: str, **facts: str) -> Response:
        """Send the browser to a page that says, once, what was done: one of the texts, filled in with `facts`."""
        plain = orjson.dumps({"said": said, **facts})
        sealed = self.context.vault.seal(self.session.session_id, plain, b"notice")
        self.cookies[NOTICE] = sealed.hex()
        return self.see_other(place)

    def _noticed(self) -> dict[str, str] | None:
        kept = self.cookie(NOTICE)
        if kept is None:
            return None
        self.cookies[NOTICE] = None
        try:
            plain = self.context.vault.open(self.session.session_id, bytes.fromhex(kept), b"notice")
        except (SealBroken, ValueError):
            return None
        told: dict[str, str] = orjson.loads(plain)
        return told

    def _saving(self, status: int) -> str:
        """The filter that this list is shown with, where it can be kept."""
        listed = status == HTTPStatus.OK and self.request.method == "GET" and self.request.url.path in LISTS
        return filter_of(self.request.url.query) if listed else ""

    def _searches(self) -> bool:
        """Whether the search box leads them anywhere."""
        return any(entry.path == "/console/people" for entry in menu(self.session.tokens.scopes))

    def _who(self) -> dict[str, object]:
        """Name, roles and area of the office they act in."""
        claims = self.session.tokens.claims
        index = 1 if self.language == "ar" else 0
        roles = claims.get("roles")
        known = [PEOPLE[role] for role in roles if role in PEOPLE] if isinstance(roles, list) else []
        place = NATION if self.nation else GOVERNORATES.get(self.area[:2], (self.area, self.area))[index]
        return {
            "name": self.session.tokens.name,
            "roles": [role.name_ar if self.language == "ar" else role.name for role in known],
            "area": place,
        }


def guest_of(request: Request, context: Running) -> Guest:
    """The browser that asks, signed in or not."""
    return Guest(request, context)


Guesting = Annotated[Guest, Depends(guest_of)]


async def visit_of(request: Request, context: Running) -> Visit:
    """Who asks for a page. Raises SignedOut or Locked; what they had typed into a form is kept for them."""
    guest = Guest(request, context)
    cookie = guest.cookie(SESSION)
    session = await sessions.find(context, cookie)
    if session is None or session.locked:
        if request.method == "POST":
            await sessions.keep_draft(context, cookie, request.url.path, await typed_in(request))
        over = SignedOut if session is None else Locked
        raise over(request.url.path, request.url.query if request.method == "GET" else "")
    listed = request.method == "GET" and request.url.path in LISTS
    kept = await views.of(context, session.subject, request.url.path) if listed else ()
    return Visit(request, context, session=session, views=kept)


Visiting = Annotated[Visit, Depends(visit_of)]


@dataclass(frozen=True)
class Form:
    """A form that came from a page of its own session."""

    visit: Visit
    fields: Mapping[str, str]

    def field(self, name: str) -> str:
        """A field without the blanks around it, empty where it is not there."""
        return self.fields.get(name, "").strip()

    def identifier(self, name: str) -> UUID:
        """The id in a hidden field. Raises Missing for what no page has put there."""
        try:
            return UUID(self.field(name))
        except ValueError:
            raise Missing from None

    @property
    def key(self) -> str:
        """The idempotency key it was made with: sent twice, it does what it does once."""
        return self.fields.get("key", "")


async def form_of(request: Request, visit: Visiting) -> Form:
    """The posted form. Raises FormStale for one that is not of this session's pages."""
    return form_with(visit, await typed_in(request))


def form_with(visit: Visit, fields: Mapping[str, str]) -> Form:
    """A form with these fields. Raises FormStale for one that is not of this session's pages."""
    if not visit.wrote(fields.get("form_token", "")):
        raise FormStale
    return Form(visit, fields)


async def typed_in(request: Request) -> dict[str, str]:
    """The fields of a posted form; of one that carries a file none, since that is read by whoever takes it."""
    if not request.headers.get("content-type", "").startswith(_FIELDS):
        return {}
    return fields_of(await request.body())


Posted = Annotated[Form, Depends(form_of)]


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form; a body that is none has none."""
    try:
        return dict(
            parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        )
    except ValueError:
        return {}
