"""What is done about somebody who works with the system, and when it is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from contracts.scopes import Scope
from staff_console.documents import Answer
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Visit


@dataclass(frozen=True)
class Act:
    """An act: by whom, on whom in which status, and where. `said`: the text that names what was done.

    `reasoned`: it is not done without a reason.
    """

    method: Literal["POST", "DELETE"]
    path: str
    said: str
    scope: Scope
    statuses: frozenset[str]
    reasoned: bool = False


_HERE: Final = frozenset({"invited", "active"})
ACTS: Final[Mapping[str, Act]] = {
    "invite": Act("POST", "invitations", "staff_invited", Scope.PEOPLE_WRITE, frozenset({"invited"})),
    "suspend": Act("POST", "suspension", "staff_suspended", Scope.PEOPLE_SUSPEND, _HERE, reasoned=True),
    "reinstate": Act("DELETE", "suspension", "staff_reinstated", Scope.PEOPLE_WRITE, frozenset({"suspended"})),
    "leave": Act("POST", "departure", "staff_left", Scope.PEOPLE_WRITE, _HERE | {"suspended"}, reasoned=True),
    "end_session": Act("DELETE", "sessions", "staff_session_ended", Scope.PEOPLE_SUSPEND, _HERE),
    "end_sessions": Act("DELETE", "sessions", "staff_sessions_ended", Scope.PEOPLE_SUSPEND, _HERE),
}


def offered(visit: Visit, status: str) -> frozenset[str]:
    """The names of the acts that a reader is offered for somebody in a status; whether they may, the gateway judges."""
    return frozenset(name for name, act in ACTS.items() if status in act.statuses and visit.may(act.scope))


async def do(form: Form, act: Act, path: str, reason: str) -> Answer:
    """Do it. `path`: of the person. Raises ServiceRefused, ServiceSilent, or Missing for a session that is none."""
    services, where = form.visit.services, f"{path}/{act.path}"
    if act is ACTS["end_session"]:
        where += f"/{_session_id(form)}"
    if act.method == "DELETE":
        return await services.delete("gateway", where, key=form.key)
    return await services.post("gateway", where, {"reason": reason} if act.reasoned else None, key=form.key)


def _session_id(form: Form) -> UUID:
    try:
        return UUID(form.field("session_id"))
    except ValueError:
        raise Missing from None


def shown_once(told: Answer) -> dict[str, str]:
    """What of an answer its page shows once: an invitation's token, where it is used, and until when."""
    if not isinstance(told, Mapping) or "invitation_token" not in told:
        return {}
    return {"secret": told["invitation_token"], "where": told["accept_at"], "until": told["expires_at"]}
