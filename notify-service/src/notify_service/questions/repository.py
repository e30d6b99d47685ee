"""Every SQL statement of questions."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from notify_service.questions.models import Question, Text

_NAMES = tuple(Question.__slots__)
_COLUMNS = ", ".join(_NAMES)
_READ: Final = TypeAdapter(Question)
_FIND = text(f"SELECT {_COLUMNS} FROM question WHERE question_id = :question_id")
_LOCK = text(f"SELECT {_COLUMNS} FROM question WHERE question_id = :question_id FOR UPDATE")
_OPEN_OF = text(f"SELECT {_COLUMNS} FROM question WHERE citizen_id = :citizen_id AND state = 'open' FOR UPDATE")
_PUT = text(f"INSERT INTO question ({_COLUMNS}) VALUES ({', '.join(':' + name for name in _NAMES)})")
_CHANGED = ("state", "claimed_by", "claimed_until", "ended_by", "ended_at", "complaint_id", "changed_at")
_WRITE = text(
    f"UPDATE question SET {', '.join(f'{name} = :{name}' for name in _CHANGED)} WHERE question_id = :question_id"
)
_ADD = text(
    "INSERT INTO question_text (question_id, place, who, at, sealed)"
    " SELECT CAST(:question_id AS uuid), coalesce(max(place), 0) + 1, :who, CAST(:at AS timestamptz), :sealed"
    " FROM question_text WHERE question_id = :question_id"
)
_TEXTS = text("SELECT who, at, sealed FROM question_text WHERE question_id = :question_id ORDER BY place")
_COUNT = text("SELECT count(*) FROM question_text WHERE question_id = :question_id")
_ASKED = (
    f"SELECT {_COLUMNS} FROM question WHERE <bound>"
    " AND (CAST(:state AS text) IS NULL OR state = :state)"
    " AND (CAST(:citizen_id AS uuid) IS NULL OR citizen_id = :citizen_id)"
    " AND (NOT CAST(:late AS boolean) OR (state = 'open' AND due_at <= CAST(:now AS timestamptz)))"
)
_BY_OPENING = BoundedStatement(
    f"{_ASKED} AND question_id > :after ORDER BY question_id LIMIT :limit", governorate="governorate"
)
_BY_DUE = BoundedStatement(
    f"{_ASKED} AND (due_at, question_id) > ALL"
    " (SELECT last.due_at, last.question_id FROM question last WHERE last.question_id = :after)"
    " ORDER BY due_at, question_id LIMIT :limit",
    governorate="governorate",
)
_NOTE = text("INSERT INTO unclear_text (text_id, citizen_id, at, sealed) VALUES (:text_id, :citizen_id, :at, :sealed)")
_NOTED = text(
    "SELECT text_id, at, sealed FROM unclear_text WHERE citizen_id = :citizen_id AND at > :since ORDER BY at, text_id"
)
_FORGET_OF = text("DELETE FROM unclear_text WHERE citizen_id = :citizen_id")
_FORGET = text("DELETE FROM unclear_text WHERE at <= :before")


def _question(row: Sequence[object]) -> Question:
    return _READ.validate_python(dict(zip(_NAMES, row, strict=True)))


async def find(session: AsyncSession, question_id: UUID, *, lock: bool = False) -> Question | None:
    """A question; its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"question_id": question_id})).one_or_none()
    return _question(row) if row else None


async def open_of(session: AsyncSession, citizen_id: UUID) -> Question | None:
    """A citizen's open question, its row locked; there is one at most."""
    row = (await session.execute(_OPEN_OF, {"citizen_id": citizen_id})).one_or_none()
    return _question(row) if row else None


async def put(session: AsyncSession, question: Question) -> None:
    """Enter a question."""
    await session.execute(_PUT, {name: getattr(question, name) for name in _NAMES})


async def write(session: AsyncSession, question: Question) -> None:
    """Write what of a question changes."""
    values = {name: getattr(question, name) for name in _CHANGED}
    await session.execute(_WRITE, values | {"question_id": question.question_id})


async def add(session: AsyncSession, question_id: UUID, said: Text) -> None:
    """Keep what was said; the question's row is locked."""
    values = {"who": said.who, "at": said.at, "sealed": said.sealed}
    await session.execute(_ADD, values | {"question_id": question_id})


async def texts(session: AsyncSession, question_id: UUID) -> list[Text]:
    """All that was said, in order."""
    rows = await session.execute(_TEXTS, {"question_id": question_id})
    return [Text(row.who, row.at, bytes(row.sealed)) for row in rows]


async def count(session: AsyncSession, question_id: UUID) -> int:
    """How much was said."""
    found: int = (await session.execute(_COUNT, {"question_id": question_id})).scalar_one()
    return found


async def page(
    session: AsyncSession, bound: Bound, asked: dict[str, object], page: Paging[UUID], *, by_due: bool = False
) -> list[Question]:
    """The caller's questions, as they were opened or the first to be answered first.

    `asked`: state, citizen_id, late, now.
    """
    statement = _BY_DUE if by_due else _BY_OPENING
    return [_question(row) for row in await session.execute(*statement.within(bound, asked | page.bounds))]


async def note(session: AsyncSession, text_id: UUID, citizen_id: UUID, at: datetime, sealed: bytes) -> None:
    """Keep a text that no keyword answers, for a while."""
    await session.execute(_NOTE, {"text_id": text_id, "citizen_id": citizen_id, "at": at, "sealed": sealed})


async def noted(session: AsyncSession, citizen_id: UUID, since: datetime) -> list[tuple[UUID, datetime, bytes]]:
    """A citizen's texts of after an instant, in order: (id, at, sealed)."""
    rows = await session.execute(_NOTED, {"citizen_id": citizen_id, "since": since})
    return [(row.text_id, row.at, bytes(row.sealed)) for row in rows]


async def forget_of(session: AsyncSession, citizen_id: UUID) -> None:
    """Forget the texts of a citizen that were kept for a while."""
    await session.execute(_FORGET_OF, {"citizen_id": citizen_id})


async def forget(session: AsyncSession, before: datetime) -> None:
    """Forget the texts of before an instant that became no question."""
    await session.execute(_FORGET, {"before": before})
