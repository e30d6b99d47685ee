"""What a proposal changes: what stands now beside what is proposed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from staff_console.documents import Answer, Document
from staff_console.proposals.telling import Told, told

# Kinds that say themselves what stands now: by their kind, the member that takes its place.
_SAY_BEFORE: Final[Mapping[str, str]] = {
    "fund-owner": "authority",
    "client-scopes": "scopes",
    "site-capacity": "hourly_capacity",
}
POLICY: Final = "policy"


@dataclass(frozen=True)
class Line:
    """One thing that becomes another. `before` is None where nothing is known to stand."""

    name: str
    before: Told | None
    after: Told


def lines(kind: str, content: Document, policies: list[Document] | None = None) -> tuple[list[Line], set[str]]:
    """What becomes of what, and the members of the content that are told by it.

    `policies`: those of the key on the first day, for a policy; None where nobody could say.
    """
    if kind in _SAY_BEFORE and "before" in content:
        name = _SAY_BEFORE[kind]
        return [Line(name, told(name, content["before"]), told(name, content[name]))], {"before", name}
    if kind == POLICY:
        name = "value" if content.get("value") is not None else "expression"
        after = told(name, content[name])
        return [Line(name, _in_force(content, policies), after)], {"value", "expression"}
    return [], set()


def _in_force(content: Document, policies: list[Document] | None) -> Told | None:
    """What holds until then for the same scope; the nation's row where that scope has none of its own."""
    if policies is None:
        return None
    rows = [row for row in policies if row["key"] == content["key"] and row["approved_by"] is not None]
    own = [row for row in rows if row["scope"] == content["scope"]]
    found = own or [row for row in rows if not row["scope"]]
    return _value(found[0]) if found else Told("nothing")


def _value(row: Mapping[str, Answer]) -> Told:
    name = "value" if row["value"] is not None else "expression"
    return told(name, row[name])
