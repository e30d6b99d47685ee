"""The pages of a list: what one of them asks a service for, and where the first and the next one are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from starlette.datastructures import URL

AFTER: Final = "after"  # the cursor of a page, in addresses as in the services' queries
_NO_CONDITION: Final = frozenset({AFTER, "lang"})


def query_of(conditions: Mapping[str, str | int], limit: int, after: UUID | str | int | None) -> dict[str, str | int]:
    """A page as a service is asked for it; without a cursor the first one."""
    query: dict[str, str | int] = {**conditions, "limit": limit}
    return query | ({AFTER: after if isinstance(after, int) else str(after)} if after else {})


@dataclass(frozen=True)
class Pager:
    """Where the pages of a list are. `later`: whether this is not the first of them."""

    path: str
    conditions: tuple[tuple[str, str], ...]
    later: bool

    @classmethod
    def of(cls, url: URL) -> Pager:
        """The pages of the list at an address, which keep its conditions."""
        given = parse_qsl(url.query)
        kept = tuple((name, value) for name, value in given if name not in _NO_CONDITION)
        return cls(url.path, kept, any(name == AFTER for name, _ in given))

    @property
    def first(self) -> str:
        """The first page."""
        return self._at(self.conditions)

    def behind(self, cursor: str | int) -> str:
        """The page behind a cursor."""
        return self._at((*self.conditions, (AFTER, str(cursor))))

    def _at(self, query: tuple[tuple[str, str], ...]) -> str:
        return f"{self.path}?{urlencode(query)}" if query else self.path
