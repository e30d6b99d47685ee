"""Which outlets are asked for: read from an address, and written back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES

KINDS: Final = ("bakery", "grocer", "gameaty", "complex", "depot")
STATES: Final = ("active", "suspended")
SILENT: Final = ("1", "3", "7", "30")  # days without a sale
_KNOWN: Final[Mapping[str, Mapping[str, object] | tuple[str, ...]]] = {
    "governorate": GOVERNORATES, "district": DISTRICTS, "kind": KINDS, "state": STATES, "silent_days": SILENT,
}  # fmt: skip


def read(given: Mapping[str, str]) -> dict[str, str]:
    """The conditions of an address as the service takes them; what has no meaning is left out.

    A district of another governorate than the one chosen is of the one that was chosen before.
    """
    asked = {name: given[name] for name, known in _KNOWN.items() if given.get(name) in known}
    if "governorate" in asked and not asked.get("district", "").startswith(asked["governorate"]):
        asked.pop("district", None)
    return asked
