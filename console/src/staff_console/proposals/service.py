"""Use cases of proposals: one with all that is to be seen before deciding, and the decision itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.proposals.comparing import POLICY, Line, lines
from staff_console.proposals.telling import Told, facts
from staff_console.services.client import NAMES, Name
from staff_console.services.parts import Part, part
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Visit

_MOST_POLICIES: Final = 500
DECISIONS: Final = frozenset({"approve", "refuse"})


@dataclass(frozen=True)
class Seen:
    """A proposal as its page shows it. `technical` are facts that only machines read; `policies` what is in force."""

    proposal: Document
    compared: list[Line]
    told: list[Told]
    technical: list[Told]
    beside: list[Told]
    policies: Part | None


def service_named(name: str) -> Name:
    """The service of an address. Raises Missing."""
    if name not in NAMES:
        raise Missing
    return name


async def look(visit: Visit, name: Name, proposal_id: str) -> Seen:
    """A proposal with what stands now. Raises ServiceRefused or ServiceSilent."""
    proposal: Document = await visit.services.get(name, f"/v1/proposals/{name}/{proposal_id}")
    content = proposal["content"] if isinstance(proposal["content"], Mapping) else {"content": proposal["content"]}
    policies = await _policies(visit, name, content) if proposal["kind"] == POLICY else None
    rows = policies.told["items"] if policies is not None and policies.state == "there" else None
    compared, within = lines(proposal["kind"], dict(content), rows)
    known = facts(content, within)
    return Seen(
        proposal,
        compared,
        [one for one in known if not one.technical],
        [one for one in known if one.technical],
        facts(proposal["beside"]),
        policies,
    )


async def _policies(visit: Visit, name: Name, content: Mapping[str, object]) -> Part:
    """The policies of a proposed one's key that hold on the day before it begins to."""
    path = "/v1/policies" if name == "supply" else f"/v1/policies/{name}"
    eve = date.fromisoformat(str(content["effective_from"])) - timedelta(days=1)
    query: dict[str, str | int] = {"key": str(content["key"]), "on": eve.isoformat(), "limit": _MOST_POLICIES}
    return await part(visit.services.get(name, path, query), visit.context.settings.part_seconds)


def faults(form: Form) -> dict[str, str]:
    """What is missing of a decision, by field the name of its text."""
    decision = form.field("decision")
    if decision not in DECISIONS:
        return {"decision": "decision_missing"}
    return {"reason": "why_missing"} if decision == "refuse" and not form.field("reason") else {}


async def decide(form: Form, name: Name, proposal_id: str) -> str:
    """Decide on what was seen; what to say of it. Raises ServiceRefused or ServiceSilent."""
    body = {"decision": form.field("decision"), "digest": form.field("digest")}
    body |= {"reason": form.field("reason")} if form.field("reason") else {}
    path = f"/v1/proposals/{name}/{proposal_id}/decision"
    decided = await form.visit.services.post(name, path, body, key=form.key)
    if body["decision"] == "refuse":
        return "proposal_refused"
    return "proposal_approved" if decided["state"] == "approved" else "proposal_approved_one"


def may_name(visit: Visit) -> bool:
    """Whether whoever looks may open the page of a citizen."""
    return visit.may(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE)
