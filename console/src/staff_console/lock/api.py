"""Routes of the lock, and of what a page's script asks of its session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from staff_console.lock import service
from staff_console.sessions import service as sessions
from staff_console.sessions.models import Session
from staff_console.web.errors import FormStale
from staff_console.web.places import HOME, own
from staff_console.web.visit import SESSION, Guest, Guesting, Posted, Visiting, fields_of

routes = APIRouter()
PLACE: Final = "/console/lock"
PIN: Final = "/console/lock/pin"
# Of the form that waited: what the script says of it beside its own fields.
_OF_FORM: Final = "lock.place"
_WHERE: Final = "lock.to"


@routes.get("/console/session")
async def show_session(visit: Visiting) -> Response:
    """Until when the session goes on; asking for this page is a use of it, as asking for any."""
    return visit.page("session")


@routes.get("/console/session/time-left")
async def time_left(guest: Guesting) -> Response:
    """The seconds that the session lasts if it is not used; asking is no use. 0: it has ended, or is locked."""
    session = await sessions.find(guest.context, guest.cookie(SESSION), using=False)
    seconds = 0 if session is None or session.locked else sessions.seconds_left(session)
    return JSONResponse({"seconds": seconds})


@routes.get(PIN)
async def ask_pin(visit: Visiting) -> Response:
    """The form that chooses a PIN for this session."""
    return visit.page("pin", errors={})


@routes.post(PIN)
async def choose_pin(form: Posted) -> Response:
    """Choose it."""
    visit = form.visit
    try:
        await service.choose(visit.context, visit.session, form.field("pin"), form.field("again"))
    except service.PinUnfit as unfit:
        wrong = "again" if unfit.text == "pin_differs" else "pin"
        return visit.page("pin", 422, errors={wrong: unfit.text})
    return visit.done(HOME, "pin_chosen")


@routes.post(PLACE)
async def lock(guest: Guesting) -> Response:
    """Lock the screen; what was typed and not sent is kept for the same person, even where the session is over."""
    fields = fields_of(await guest.request.body())
    session = await sessions.find(guest.context, guest.cookie(SESSION), using=False)
    if session is not None:
        _checked(guest, session, fields)
    waiting = {name: value for name, value in fields.items() if name not in {_OF_FORM, _WHERE, "form_token"}}
    if waiting and _OF_FORM in fields:
        place = urlsplit(own(fields[_OF_FORM])).path
        await sessions.keep_draft(guest.context, guest.cookie(SESSION), place, waiting)
    if session is not None:
        await service.lock(guest.context, session)
    return guest.see_other(f"{PLACE}?to={quote(own(fields.get(_WHERE, HOME)), safe='')}")


@routes.get(PLACE)
async def show_lock(guest: Guesting, to: str = HOME) -> Response:
    """The locked screen."""
    session = await sessions.find(guest.context, guest.cookie(SESSION), using=False)
    if session is None:
        return guest.see_other(_anew(own(to)))
    if not session.locked:
        return guest.see_other(own(to))
    return _Locked(guest, session, own(to)).page()


@routes.post("/console/lock/opening")
async def unlock(guest: Guesting) -> Response:
    """Open it by the PIN; after five that are wrong only a new sign-in does."""
    fields = fields_of(await guest.request.body())
    to = own(fields.get("to", HOME))
    session = await sessions.find(guest.context, guest.cookie(SESSION), using=False)
    if session is None:
        return guest.see_other(_anew(to))
    _checked(guest, session, fields)
    if not session.locked:
        return guest.see_other(to)
    locked = _Locked(guest, session, to)
    try:
        left = await service.unlock(guest.context, session, fields.get("pin", ""))
    except service.PinUnfit as unfit:
        if unfit.text == "pin_over":
            return guest.see_other(_anew(to))
        return locked.page(unfit.text)
    return locked.page("pin_wrong", left) if left else guest.see_other(to)


def _anew(to: str) -> str:
    """Where both factors are asked for, though the gateway's own session may go on: nobody was there."""
    return f"/console/sign-in?again=1&to={quote(to, safe='')}"


def _checked(guest: Guest, session: Session, fields: dict[str, str]) -> None:
    """Raises FormStale for a form that is not of this session."""
    if not sessions.is_form_token(guest.context, session, fields.get("form_token", "")):
        raise FormStale


@dataclass(frozen=True)
class _Locked:
    """The locked screen of a session."""

    guest: Guest
    session: Session
    to: str

    def page(self, wrong: str = "", left: int = 0) -> Response:
        token = sessions.form_token(self.guest.context, self.session)
        return self.guest.page(
            "lock", 422 if wrong else 200, form_token=token, to=self.to, pin=self.session.pin, left=left,
            errors={"pin": wrong} if wrong else {}, anew=_anew(self.to),
        )  # fmt: skip
