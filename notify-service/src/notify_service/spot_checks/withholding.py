"""Counts that may name somebody, withheld from whoever may not know persons. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST: Final = 10


def few(count: int, least: int = LEAST) -> bool:
    """Whether a count is about so few that it may name one; nobody is not few."""
    return 0 < count < least


def withheld(total: int, parts: Mapping[str, int], least: int = LEAST) -> tuple[int | None, dict[str, int | None]]:
    """A total and its parts with None for what is withheld: the few, and as many others that none follows from them.

    Each part that is withheld is at least one; what is withheld together leaves each of them open by `least` or more.
    """
    if few(total, least):
        return None, dict.fromkeys(parts)
    hidden = {name for name, count in parts.items() if few(count, least)}
    left = sorted((count, name) for name, count in parts.items() if count and name not in hidden)
    while hidden and not _open(parts, hidden, least) and left:
        hidden.add(left.pop(0)[1])
    shown = {name: None if name in hidden else count for name, count in parts.items()}
    return (total if not hidden or _open(parts, hidden, least) else None), shown


def _open(parts: Mapping[str, int], hidden: set[str], least: int) -> bool:
    return len(hidden) > 1 and sum(parts[name] for name in hidden) - len(hidden) >= least
