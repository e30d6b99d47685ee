"""Use cases of kept views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.sealing import SealBroken
from staff_console.context import Context
from staff_console.views import repository
from staff_console.views.queries import filter_of

MOST: Final = 20
LONGEST_NAME: Final = 60
_NAME: Final = b"view"
_MACHINE_TIME: Final = Clock()


@dataclass(frozen=True)
class View:
    """A filter of a list, under the name that its person gave it."""

    view_id: UUID
    name: str
    query: str


@dataclass
class ViewUnfit(Exception):
    """It cannot be kept; `text` names the words that say why."""

    text: str


async def keep(context: Context, subject: str, place: str, query: str, name: str) -> None:
    """Keep a filter of a list under a name. Raises ViewUnfit."""
    wanted = filter_of(query)
    if not name or len(name) > LONGEST_NAME:
        raise ViewUnfit("view_name_missing")
    if not wanted:
        raise ViewUnfit("view_of_nothing")
    view_id = new_id()
    sealed = context.vault.seal(view_id, name.encode(), _NAME)
    now = _MACHINE_TIME.now()
    if not await repository.keep(context.pool, view_id, subject, place, wanted, sealed, now, MOST):
        raise ViewUnfit("views_too_many")


async def of(context: Context, subject: str, place: str) -> tuple[View, ...]:
    """Somebody's views of a list; one whose name cannot be read any more is left out."""
    found = []
    for row in await repository.of(context.pool, subject, place):
        try:
            name = context.vault.open(row["view_id"], row["name_sealed"], _NAME).decode()
        except SealBroken:
            continue
        found.append(View(row["view_id"], name, row["query"]))
    return tuple(found)


async def remove(context: Context, subject: str, view_id: UUID) -> str | None:
    """Forget a view: the list it was of; None where they have none of that id."""
    return await repository.remove(context.pool, view_id, subject)
