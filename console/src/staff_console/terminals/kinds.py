"""The kinds of terminals: where their service keeps them, what they stand in, and who handles them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.scopes import Scope
from staff_console.services.client import Name
from staff_console.web.errors import Missing

PLACE: Final = "/console/terminals"
STATES: Final = ("active", "suspended")


@dataclass(frozen=True)
class Kind:
    """A kind of terminals: `name` in addresses and texts; `path` and `places` at their service, `place_id` there."""

    name: str
    service: Name
    path: str
    places: str
    place_id: str
    reads: Scope
    writes: Scope

    @property
    def page(self) -> str:
        """Its list."""
        return f"{PLACE}/{self.name}"


KINDS: Final[Mapping[str, Kind]] = {
    "outlets": Kind(
        "outlets", "supply", "/v1/terminals", "/v1/outlets", "outlet_id", Scope.TERMINALS_READ, Scope.TERMINALS_WRITE
    ),
    "clinics": Kind(
        "clinics", "health", "/v1/clinic-terminals", "/v1/providers", "provider_id",
        Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE,
    ),
}  # fmt: skip


def named(name: str) -> Kind:
    """The kind of an address. Raises Missing."""
    if name not in KINDS:
        raise Missing
    return KINDS[name]
