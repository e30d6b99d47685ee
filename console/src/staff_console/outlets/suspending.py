"""Stopping what sells, an outlet or a terminal, and letting it sell again: the same form, asked before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from staff_console.services import ServiceRefused
from staff_console.services.client import Name
from staff_console.web.visit import Form, Visit

LONGEST: Final = 200
_ASKED_AGAIN: Final = frozenset({409, 422})


@dataclass(frozen=True)
class Suspendable:
    """What is stopped. `what` names its texts, `about` says which one it is; `page` is its own."""

    what: str
    about: str
    service: Name
    path: str
    page: str


async def ask(
    visit: Visit, one: Suspendable, doing: str, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    """Ask whether it is to be stopped and why, or to sell again."""
    status = 422 if errors else 200
    return visit.page("suspension", status, one=one, doing=doing, given=given, errors=errors or {}, longest=LONGEST)


async def suspend(form: Form, one: Suspendable) -> Response:
    """Stop it, for the reason given."""
    reason = form.field("reason")
    if not 0 < len(reason) <= LONGEST:
        return await ask(form.visit, one, "suspend", form.fields, {"reason": form.visit.say("reason_short_missing")})
    return await _do(form, one, "suspend", {"reason": reason})


async def reinstate(form: Form, one: Suspendable) -> Response:
    """Let it sell again."""
    return await _do(form, one, "reinstate", None)


async def _do(form: Form, one: Suspendable, doing: str, body: Mapping[str, str] | None) -> Response:
    visit, path = form.visit, f"{one.path}/suspension"
    try:
        if body is None:
            await visit.services.delete(one.service, path, key=form.key)
        else:
            await visit.services.post(one.service, path, body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await ask(visit, one, doing, {**form.fields, "key": ""}, {"": said})
    return visit.done(one.page, f"{one.what}_{doing}_done", about=one.about)
