"""Whose entries stand in lists for authorities: those of a trial outlet only where it is named, or asks itself."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from chassis.area import Bound

# Of an outlet `o`, with the parameter that `asked` gives.
LISTED: Final = "(NOT o.trial OR o.outlet_id = CAST(:asked_for AS uuid))"


def asked(bound: Bound, outlet_id: UUID | None = None) -> dict[str, object]:
    """The outlet that is meant: named by the caller, or the caller's own."""
    return {"asked_for": outlet_id or bound.outlet_id}
