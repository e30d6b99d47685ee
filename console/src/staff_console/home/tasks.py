"""What waits for whoever has signed in: the lists that their office decides on, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.scopes import Scope
from staff_console.services.client import Name
from staff_console.services.parts import Part, together
from staff_console.web.visit import Visit

_MOST: Final = 100


@dataclass(frozen=True)
class Task:
    """A list that waits: which text names it, where it is shown, who decides on it, and where it is asked for."""

    text: str
    place: str
    scope: Scope
    service: Name
    path: str
    state: str


TASKS: Final = (
    Task("task.requests", "/console/requests", Scope.REQUESTS_APPROVE, "card", "/v1/change-requests", "waiting"),
    Task("task.payouts", "/console/payouts", Scope.PAYOUTS_APPROVE, "payment", "/v1/payout-batches", "submitted"),
    Task("task.payouts_made", "/console/payouts", Scope.PAYOUTS_SUBMIT, "payment", "/v1/payout-batches", "open"),
    Task("task.grants", "/console/approvals", Scope.GRANTS_DECIDE, "gateway", "/v1/role-grants", "asked"),
    Task("task.cards", "/console/approvals", Scope.ROLLOUT_APPROVE, "card", "/v1/proposals/card", "submitted"),
    Task("task.funds", "/console/approvals", Scope.FUNDS_APPROVE, "payment", "/v1/proposals/payment", "submitted"),
    Task("task.sales", "/console/approvals", Scope.DISPUTES_APPROVE, "supply", "/v1/proposals/supply", "submitted"),
    Task(
        "task.campaigns", "/console/approvals", Scope.CAMPAIGNS_APPROVE, "notify", "/v1/proposals/notify", "submitted"
    ),
    Task("task.complaints", "/console/complaints", Scope.COMPLAINTS_ANSWER, "notify", "/v1/complaints", "open"),
    Task("task.disputes", "/console/disputes", Scope.DISPUTES_WRITE, "supply", "/v1/disputes", "open"),
    Task("task.questions", "/console/questions", Scope.COMPLAINTS_ANSWER, "notify", "/v1/questions", "open"),
)


@dataclass(frozen=True)
class Waiting:
    """How many wait: `more` where there are further ones; `known` is false where the service does not answer."""

    task: Task
    number: int
    more: bool
    known: bool


async def waiting(visit: Visit) -> list[Waiting]:
    """What waits for this person, each counted in its own time; what they may not see is left out."""
    asked = {
        task.text: visit.services.get(task.service, task.path, {"state": task.state, "limit": _MOST})
        for task in TASKS
        if visit.may(task.scope)
    }
    parts = await together(visit.context.settings.part_seconds, **asked)
    return [
        _counted(task, parts[task.text])
        for task in TASKS
        if task.text in parts and parts[task.text].state in {"there", "silent"}
    ]


def _counted(task: Task, part: Part) -> Waiting:
    if part.state != "there":
        return Waiting(task, 0, more=False, known=False)
    return Waiting(task, len(part.told["items"]), more=bool(part.told.get("next")), known=True)
