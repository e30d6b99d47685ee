"""What is done about a system: its secret, its term, its scopes, its suspension."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from chassis.clock import day_begins
from staff_console.documents import Answer
from staff_console.web.days import day_of
from staff_console.web.visit import Form

# Hours that the secret before stays good beside the new one.
OVERLAPS: Final = ("24", "168", "0")
DONE: Final[Mapping[str, str]] = {
    "secrets": "client_secret_renewed", "recertification": "client_recertified", "suspension": "client_suspended",
    "reinstatement": "client_reinstated", "scopes": "client_scopes_replaced",
}  # fmt: skip
_SCOPE: Final = "scope."
_DAY: Final = timedelta(days=1)
Body = dict[str, str | int | list[str]]


def body(form: Form, doing: str) -> tuple[Body | None, dict[str, str]]:
    """What an act sends, and what is wrong with it by field."""
    if doing == "reinstatement":
        return None, {}
    if doing == "secrets":
        chosen = form.field("overlap_hours")
        return (
            ({"overlap_hours": int(chosen)}, {}) if chosen in OVERLAPS else (None, {"overlap_hours": "choice_unclear"})
        )
    if doing == "suspension":
        reason = form.field("reason")
        return {"reason": reason}, {} if reason else {"reason": "why_missing"}
    if doing == "scopes":
        scopes = scopes_of(form)
        return {"scopes": scopes}, {} if scopes else {"scopes": "client_scopes_missing"}
    return _term(form)


def scopes_of(form: Form) -> list[str]:
    """The scopes that are ticked in a form."""
    return sorted(name.removeprefix(_SCOPE) for name in form.fields if name.startswith(_SCOPE))


def last_day(form: Form, name: str) -> tuple[str, dict[str, str]]:
    """The moment after a last day that somebody typed, empty for none; and what is wrong with it."""
    if not form.field(name):
        return "", {}
    try:
        return day_begins(day_of(form.field(name)) + _DAY).isoformat(), {}
    except ValueError:
        return "", {name: "day_unclear"}


def _term(form: Form) -> tuple[Body, dict[str, str]]:
    ends, wrong = last_day(form, "expires_at")
    said: Body = {"purpose": form.field("purpose"), **({"expires_at": ends} if ends else {})}
    return said, wrong if said["purpose"] else {**wrong, "purpose": "client_purpose_missing"}


async def do(form: Form, doing: str, path: str, sent: Body | None) -> Answer:
    """Do it. `path`: of the system. Raises ServiceRefused or ServiceSilent."""
    services = form.visit.services
    if doing == "reinstatement":
        return await services.delete("gateway", f"{path}/suspension", key=form.key)
    if doing == "scopes":
        return await services.put("gateway", f"{path}/scopes", sent, key=form.key)
    return await services.post("gateway", f"{path}/{doing}", sent, key=form.key)


def shown_once(told: Mapping[str, str]) -> dict[str, str]:
    """What of an answer its page shows once: the secret, and until when it is good."""
    if "client_secret" not in told:
        return {}
    return {"secret": told["client_secret"], "until": told["secret_expires_at"] or ""}
