"""Rows that turned out to be wrong: taken out of the book at a start, and kept beside it.

A file that states a past day's figure anew contradicts the book, which stops the start. It says so where it is meant:

    corrections:
      - key: health.go_live
        scope: {governorate: "04"}
        effective_from: 2025-12-31
        value: "2025-12-31"          # what the book says wrongly
        reason: the system began there on 1 December 2024
        source: Cabinet, 30 October 2024

What was decided by such a row stays decided: a correction changes what is worked out from now on, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from policybook import store
from policybook.book import Policy, scope_text
from policybook.files import PolicyFileError, read_rows

MEMBER = "corrections"
_NOT_SAID = frozenset({"policy_id", "entered_by"})  # of a row: which one it is, not what it says

Place = tuple[str, str, date]


class Correction(BaseModel):
    """A row that the book of an installation may hold and that was wrong: known by its place and what it said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    scope: dict[str, str] = {}
    effective_from: date
    value: JsonValue = None
    expression: str | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    source: Annotated[str, Field(min_length=1, max_length=500)]

    @property
    def place(self) -> Place:
        """What a row of the book is known by."""
        return self.key, scope_text(self.scope), self.effective_from

    def meant(self, row: Policy) -> bool:
        """Whether the row says what this correction calls wrong."""
        return (row.value, row.expression) == (self.value, self.expression)


def read_corrections(folder: Path, *, beside: frozenset[str] = frozenset()) -> list[Correction]:
    """The corrections of a folder's files. Raises PolicyFileError where one is not understood or given twice."""
    found: dict[Place, Correction] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name in beside or MEMBER not in _members(path):
            continue
        for where, correction in read_rows(path, MEMBER, Correction, filled=False):
            if correction.place in found:
                raise PolicyFileError(f"{where}: this row is corrected twice")
            found[correction.place] = correction
    return list(found.values())


async def carry_out(
    session: AsyncSession,
    corrections: Iterable[Correction],
    known: Mapping[Place, Policy],
    wanted: Mapping[Place, Policy],
) -> Sequence[Policy]:
    """Take the rows that are wrong out of the book.

    `known`: the book's rows, `wanted`: the files', as far as they would hold. A row that says by now what the files say
    is none of them, so that a second start changes nothing. Gives the rows taken out.
    """
    taken: list[Policy] = []
    for correction in corrections:
        row, right = known.get(correction.place), wanted.get(correction.place)
        if row is None or not correction.meant(row) or (right is not None and _same(row, right)):
            continue
        await store.correct(session, row, correction.reason, correction.source)
        taken.append(row)
    return taken


def _same(row: Policy, right: Policy) -> bool:
    return all(
        getattr(row, one.name) == getattr(right, one.name) for one in fields(Policy) if one.name not in _NOT_SAID
    )


def without(rows: Mapping[Place, Policy], taken: Iterable[Policy]) -> dict[Place, Policy]:
    """The rows of a book that were not taken out of it."""
    gone = {(*row.ground, row.effective_from) for row in taken}
    return {place: row for place, row in rows.items() if place not in gone}


def _members(path: Path) -> Mapping[str, object]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PolicyFileError(f"{path.name} cannot be read: {error}") from error
    return document if isinstance(document, Mapping) else {}
