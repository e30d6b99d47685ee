"""A phase's review as the page shows it: numbers of households, each with the list it opens. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from staff_console.documents import Document
from staff_console.pages.numbers import Number

PLACE: Final = "/console/rollout"
# What a manager asks of a phase, in its order: the steps of the funnel, and who has not come.
FUNNEL: Final = ("registered", "entitled", "invited", "collected", "activated", "ever_used", "used")
COLUMNS: Final = ("invited", "collected", "activated", "missed", "used")
STEPS: Final = (*FUNNEL, "due", "awaited", "missed", "late")
DIMENSIONS: Final = {"site": "site_id", "district": "district", "cohort": "cohort"}
WEEKLY: Final = {"invited": "invited", "collected": "collected", "activated": "activated", "first_used": "ever_used"}
STAGES: Final = ("prepare", "trial", "distribution", "activation", "live", "review")


@dataclass(frozen=True)
class Row:
    """A part of a phase, named in both languages, with its numbers. `day`: of a week, its Saturday."""

    ar: str
    en: str
    day: str
    numbers: Sequence[Number]


def households(phase_id: object, step: str, **where: str) -> str:
    """The address of the list of households that have made a step."""
    return f"{PLACE}/{phase_id}/households?{urlencode({'step': step, **where})}"


def number_of(phase_id: object, funnel: Document, step: str, **where: str) -> Number:
    """The number of a step in a funnel; `missed`: whose appointment is over and who have not collected."""
    found = funnel["due"] - funnel["collected"] if step == "missed" else funnel[step]
    return Number(int(found), households(phase_id, step, **where))


def steps_of(phase_id: object, funnel: Document) -> dict[str, Number]:
    """The numbers of a whole phase, by step."""
    return {step: number_of(phase_id, funnel, step) for step in (*FUNNEL, "missed")}


def parts_of(phase_id: object, parts: Sequence[Document], dimension: str) -> list[Row]:
    """A phase by site, district or week of the appointment."""
    name, rows = DIMENSIONS[dimension], []
    for part in parts:
        if part["dimension"] != dimension:
            continue
        where = {name: str(part["key"])}
        numbers = [number_of(phase_id, part["funnel"], step, **where) for step in COLUMNS]
        rows.append(Row(part["ar"], part["en"], str(part["key"]) if dimension == "cohort" else "", numbers))
    return rows


def weeks_of(phase_id: object, weeks: Sequence[Document]) -> list[Row]:
    """What was done in each week."""
    return [
        Row(
            "",
            "",
            str(week["starts_on"]),
            [
                Number(week[name], households(phase_id, step, made_in=str(week["starts_on"])))
                for name, step in WEEKLY.items()
            ],
        )
        for week in weeks
    ]


def next_stage(stage: str) -> str:
    """The stage after one, empty after the last."""
    place = STAGES.index(stage) + 1
    return STAGES[place] if place < len(STAGES) else ""
