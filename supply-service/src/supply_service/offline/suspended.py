"""From when until when the terminal of an upload and its outlet were suspended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.rules.floors import OUTLET_SUSPENDED, TERMINAL_SUSPENDED
from supply_service.rules.refusals import TerminalNotActive
from supply_service.rules.sale import Place

_READ = text(
    "SELECT subject_id, began_at, ended_at FROM suspension WHERE subject_id IN (:terminal_id, :outlet_id)"
    " AND began_at <= :until AND (ended_at IS NULL OR ended_at > :since)"
)


_LASTING = text("SELECT began_at FROM suspension WHERE subject_id = :terminal_id AND ended_at IS NULL")


class Span(NamedTuple):
    """Why, from when, and until when; None while it lasts."""

    reason: str
    began_at: datetime
    ended_at: datetime | None


class Suspensions:
    """What a sale is judged by that was signed while its terminal or its outlet was suspended."""

    def __init__(self, spans: Iterable[Span]) -> None:
        """Of the terminal first."""
        self._spans = sorted(spans, key=lambda span: span.reason != TERMINAL_SUSPENDED)

    def at(self, moment: datetime) -> str | None:
        """Why a sale of that moment is in dispute, None where neither was suspended."""
        return next(
            (
                span.reason
                for span in self._spans
                if span.began_at <= moment and (span.ended_at is None or moment < span.ended_at)
            ),
            None,
        )


async def read(session: AsyncSession, place: Place, sold_at: Sequence[datetime]) -> Suspensions:
    """The suspensions that reach into the time of these sales."""
    if not sold_at:
        return Suspensions(())
    reasons: dict[UUID, str] = {place.terminal_id: TERMINAL_SUSPENDED, place.outlet_id: OUTLET_SUSPENDED}
    asked: dict[str, object] = {"terminal_id": place.terminal_id, "outlet_id": place.outlet_id, "since": min(sold_at)}
    asked["until"] = max(sold_at)
    rows = await session.execute(_READ, asked)
    return Suspensions(Span(reasons[row.subject_id], row.began_at, row.ended_at) for row in rows)


async def ensure_before(session: AsyncSession, terminal_id: UUID, moments: Sequence[datetime]) -> None:
    """Let a terminal that is suspended upload what it had sold before, and nothing later. Raises TerminalNotActive."""
    since = (await session.execute(_LASTING, {"terminal_id": terminal_id})).scalar_one_or_none()
    if since is not None and all(moment < since for moment in moments):
        return
    raise TerminalNotActive(
        "Only what was sold before the terminal was suspended is taken in.",
        detail_ar="لا تقبل إلا العمليات التي تمت قبل إيقاف الماكينة",
        **({} if since is None else {"suspended_at": since.isoformat()}),
    )
