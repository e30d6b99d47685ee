"""Keyset pagination, the same in every list: `limit` items after a cursor, and the cursor of the page behind them.

A list's statement ends in `> :after ORDER BY … LIMIT :limit` and takes `Paging.bounds`, which ask for one row more than
the page shows: it tells whether anything comes after, so that no page is ever empty but that of an empty list.
"""

# No postponed annotations here: FastAPI reads those of the functions made below, which name local values.
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator

Item = TypeVar("Item")
Cursor = TypeVar("Cursor", UUID, int, str)

FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)
CURSOR = "`next` of the page before"


def _digits(given: object) -> object:
    """Take plain digits only: pydantic would read `7.0`, `+7`, `1_0` and ` 7 ` as numbers too."""
    if isinstance(given, str) and not re.fullmatch(r"[0-9]{1,19}", given):
        raise ValueError("must be digits")
    return given


Number = Annotated[int, BeforeValidator(_digits)]


@dataclass(frozen=True)
class Paging(Generic[Cursor]):
    """What part of a list is asked for: at most `limit` items, those after the cursor `after`."""

    after: Cursor
    limit: int

    @property
    def bounds(self) -> dict[str, Cursor | int]:
        """The parameters `after` and `limit` of a list's statement."""
        return {"after": self.after, "limit": self.limit + 1}


class Page(BaseModel, Generic[Item, Cursor]):
    """A page of a list: `next` goes into `after` for what comes behind it, and is null where nothing does."""

    items: list[Item]
    next: Cursor | None

    @classmethod
    def of(cls, page: Paging[Cursor], found: Sequence[Item], cursor: Callable[[Item], Cursor]) -> Self:
        """The page that was asked for, from what a statement with its bounds has found."""
        items = list(found[: page.limit])
        return cls(items=items, next=cursor(items[-1]) if len(found) > page.limit else None)


def by_id(usual: int, most: int, first: UUID = FIRST_ID) -> object:
    """Dependency for `Paging[UUID]`: a page has `usual` items, at most `most`; `first` is before every item."""

    def asked(
        after: Annotated[UUID | None, Query(description=CURSOR)] = None,
        limit: Annotated[Number, Query(ge=1, le=most)] = usual,
    ) -> Paging[UUID]:
        return Paging(first if after is None else after, limit)

    return Depends(asked)


def by_number(usual: int, most: int) -> object:
    """Dependency for `Paging[int]`, of a list whose items are numbered from 1."""

    def asked(
        after: Annotated[Number, Query(ge=0, le=2**62, description=CURSOR)] = 0,
        limit: Annotated[Number, Query(ge=1, le=most)] = usual,
    ) -> Paging[int]:
        return Paging(after, limit)

    return Depends(asked)


def by_text(usual: int, most: int, pattern: str, read: Callable[[str], object] = str) -> object:
    """Dependency for `Paging[str]`; a cursor of another form than `pattern`, or that `read` cannot read, is refused.

    `read` raises ValueError.
    """

    def readable(given: str) -> str:
        read(given)
        return given

    def asked(
        after: Annotated[
            str, Query(max_length=400, pattern=pattern, description=CURSOR), AfterValidator(readable)
        ] = "",
        limit: Annotated[Number, Query(ge=1, le=most)] = usual,
    ) -> Paging[str]:
        return Paging(after, limit)

    return Depends(asked)
