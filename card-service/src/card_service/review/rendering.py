"""A review as a file of rows and as a page: the same figures, in Arabic first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from card_service.review.models import Finding, Funnel
from card_service.review.service import Review, Summary
from chassis.clock import CAIRO
from chassis.governorates import GOVERNORATES

_HERE: Final = Path(__file__).parent
_HEADER: Final = ("section", "dimension", "key", "name_ar", "name_en", "figure", "value", "part", "whole")
STEPS: Final = (
    ("registered", "مسجلة", "registered"),
    ("entitled", "مستحقة", "entitled"),
    ("invited", "مدعوة", "invited"),
    ("collected", "استلمت", "collected"),
    ("activated", "مفعّل كارتها", "activated"),
    ("used", "استخدمت الكارت مؤخراً", "used lately"),
)
TIMES: Final = (
    ("to_invite", "من التسجيل إلى الدعوة", "registered to invited"),
    ("to_collect", "من الدعوة إلى الاستلام", "invited to collected"),
    ("to_activate", "من الاستلام إلى التفعيل", "collected to activated"),
    ("to_use", "من التفعيل إلى أول استخدام", "activated to first use"),
)
DIMENSIONS: Final = {
    "site": ("مكان الاستلام", "Site"),
    "district": ("الحي أو المركز", "District"),
    "cohort": ("أسبوع الموعد", "Week of the appointment"),
    "terminal": ("نوع الماكينة", "Terminal"),
}
Cell = str | int | Decimal | None


def as_csv(review: Review) -> bytes:
    """Every figure of a review, one a row; UTF-8 with a byte order mark, so that spreadsheets read the Arabic."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_HEADER)
    rows.writerows(_rows(review))
    return out.getvalue().encode("utf-8-sig")


def _rows(review: Review) -> Iterator[tuple[Cell, ...]]:
    summaries = [("phase", review.summary), *([("before", review.before)] if review.before else [])]
    for section, summary in summaries:
        yield from _of_summary(section, summary)
    for section, findings in (("weakness", review.weaknesses), ("strength", review.strengths)):
        for one in findings:
            yield _of_finding(section, one)
    for part in review.parts:
        yield from _of_funnel("part", str(part.dimension), part.key, part.ar, part.en, part.funnel)
    for week in review.weeks:
        for name in ("invited", "collected", "activated", "first_used"):
            yield "week", "week", f"{week.starts_on}", None, None, name, getattr(week, name), None, None
    for refused in review.refusals:
        yield (
            "refusal",
            "code",
            refused.code,
            None,
            None,
            "fault" if refused.fault else "rule",
            refused.refused,
            None,
            None,
        )


def _of_summary(section: str, summary: Summary) -> Iterator[tuple[Cell, ...]]:
    phase = summary.phase
    ar, en = GOVERNORATES.get(phase.governorate, (phase.governorate, phase.governorate))[::-1]
    yield from _of_funnel(section, "governorate", phase.governorate, ar, en, summary.funnel)
    for figure in summary.figures:
        one, found = figure.indicator, figure.measured
        yield section, "indicator", one.name, one.ar, one.en, str(one.unit), found.value, found.part, found.whole


def _of_funnel(section: str, dimension: str, key: str, ar: str, en: str, funnel: Funnel) -> Iterator[tuple[Cell, ...]]:
    for name, *_ in STEPS:
        yield section, dimension, key, ar, en, name, getattr(funnel, name), None, None
    for name, *_ in TIMES:
        times = getattr(funnel, name)
        yield section, dimension, key, ar, en, f"{name}_days_median", times.median, None, None
        yield section, dimension, key, ar, en, f"{name}_days_p90", times.p90, None, None


def _of_finding(section: str, one: Finding) -> tuple[Cell, ...]:
    where, found = f"{one.dimension}:{one.key}", one.part
    return section, one.indicator, where, one.part_ar, one.part_en, "gap", one.gap, found.part, found.whole


def as_page(review: Review) -> str:
    """A page to read and to print, whole without scripts: Arabic, with English beneath."""
    return (
        _environment()
        .get_template("review.html")
        .render(
            review=review,
            governorate=_governorate(review.summary),
            before=_governorate(review.before) if review.before else None,
            steps=STEPS,
            times=TIMES,
            dimensions=DIMENSIONS,
            style=(_HERE / "templates" / "review.css").read_text("utf-8"),
        )
    )


def _governorate(summary: Summary) -> tuple[str, str]:
    code = summary.phase.governorate
    en, ar = GOVERNORATES.get(code, (code, code))
    return ar, en


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value * 100:.1f}%"


def _thousands(value: Decimal | int | None) -> str:
    return "—" if value is None else f"{value:,.0f}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "percent": _percent,
        "thousands": _thousands,
        "cairo": lambda at: f"{at.astimezone(CAIRO):%Y-%m-%d %H:%M}",
    }
    return made
