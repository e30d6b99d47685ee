"""Routes of the roll-out's board: the phases, one of them, the list behind each number, and the page to print."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from chassis.months import Day
from staff_console.documents import Document
from staff_console.rollout import charts
from staff_console.rollout.board import (
    COLUMNS,
    DIMENSIONS,
    FUNNEL,
    PLACE,
    STEPS,
    next_stage,
    parts_of,
    steps_of,
    weeks_of,
)
from staff_console.services.parts import together
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Visit, Visiting

routes = APIRouter()
First = Annotated[int, Query(ge=0, le=100_000)]
_PAGE: Final = 50
_PARTS: Final = 20
_WEEKS_SHOWN: Final = 13  # a quarter


@routes.get(PLACE)
async def show_phases(visit: Visiting, after: UUID | None = None) -> Response:
    """The phases that somebody may see, each with its counters."""
    query = query_of({}, _PAGE, after)
    told = await visit.services.get("card", "/v1/rollout-phases", query)
    return visit.page("phases", told=told)


@routes.get("/console/rollout/{phase_id}")
async def show_phase(visit: Visiting, phase_id: UUID) -> Response:
    """A phase: its funnel by site, district and week, its gates, and what may be done with it."""
    return visit.page("phase", **await board(visit, phase_id))


@routes.get("/console/rollout/{phase_id}/by/{dimension}")
async def show_parts(
    visit: Visiting, phase_id: UUID, dimension: str, after: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """A phase by its sites, or by the weeks of the appointments, some at a time."""
    if dimension not in DIMENSIONS:
        raise Missing
    path = f"/v1/rollout-phases/{phase_id}"
    phase, review = await visit.services.get("card", path), await visit.services.get("card", f"{path}/review")
    rows = parts_of(phase_id, review["parts"], dimension)
    shown, end = rows[after : after + _PARTS], after + _PARTS
    return visit.page(
        "phase_parts", phase=phase, review=review, dimension=dimension, rows=shown, columns=COLUMNS, whole=len(rows),
        following=end if len(rows) > end else None,
    )  # fmt: skip


@routes.get("/console/rollout/{phase_id}/print")
async def show_paper(visit: Visiting, phase_id: UUID) -> Response:
    """A phase on one page, for the governor."""
    return visit.page("phase_paper", **await board(visit, phase_id), back=f"{PLACE}/{phase_id}")


@routes.get("/console/rollout/{phase_id}/households")
async def show_households(
    visit: Visiting,
    phase_id: UUID,
    step: str = "registered",
    site_id: UUID | None = None,
    district: str = "",
    cohort: Day | None = None,
    made_in: Day | None = None,
    after: UUID | None = None,
) -> Response:
    """The households that a number of the board counts."""
    if step not in STEPS:
        raise Missing
    where = {"step": step, "district": district, "site_id": _said(site_id), "cohort": _said(cohort)}
    where = {name: value for name, value in {**where, "made_in": _said(made_in)}.items() if value}
    query = query_of(where, _PAGE, after)
    told = await visit.services.get("card", f"/v1/rollout-phases/{phase_id}/households", query)
    phase = await visit.services.get("card", f"/v1/rollout-phases/{phase_id}")
    return visit.page("phase_households", told=told, phase=phase, step=step, where=where)


async def board(visit: Visit, phase_id: UUID, errors: dict[str, str] | None = None) -> Document:
    """What is shown of a phase. Raises ServiceRefused or ServiceSilent."""
    path = f"/v1/rollout-phases/{phase_id}"
    phase = await visit.services.get("card", path)
    asked = {
        "review": visit.services.get("card", f"{path}/review"),
        "gates": visit.services.get("card", f"{path}/gates"),
        "plans": visit.services.get("card", f"{path}/pickup-plans", {"limit": 10}),
    }
    parts = await together(visit.context.settings.answer_seconds, **asked)
    facts: Document = {"phase": phase, "parts": parts, "errors": errors or {}, "next_stage": next_stage(phase["stage"])}
    review = parts["review"].told
    return facts | (_drawn(visit, phase_id, review) if review else {})


def _drawn(visit: Visit, phase_id: UUID, review: Document) -> Document:
    """The tables of a review, and the charts of the same numbers."""
    rtl = visit.language == "ar"
    steps, weeks = steps_of(phase_id, review["phase"]["funnel"]), weeks_of(phase_id, review["weeks"][-_WEEKS_SHOWN:])
    periods = [(row.day, [("collected", row.numbers[1].number), ("activated", row.numbers[2].number)]) for row in weeks]
    return {
        "review": review,
        "steps": steps,
        "columns": COLUMNS,
        "districts": parts_of(phase_id, review["parts"], "district"),
        "weeks": weeks,
        "funnel_chart": charts.funnel([(step, steps[step].number) for step in FUNNEL], rtl=rtl),
        "week_chart": charts.columns(periods, rtl=rtl),
    }


def _said(value: UUID | date | None) -> str:
    return "" if value is None else str(value)
