"""The figures as a page of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from devstack.oncall.figures import LATE_SECONDS, Figures, aside

HEADINGS: Final = ("service", "state", "version", "outbox", "oldest", "behind", "dead", "parked")
QUEUES: Final = {
    "sms": "to send",
    "sms_sending": "being sent",
    "sms_held_back": "of campaigns, held back",
    "sms_without_contact": "without a contact",
}


def page(figures: Sequence[Figures], reconciliation: tuple[str, bool], at: datetime) -> RenderableType:
    """All of it: services, what they have set aside, messages, and the day's reconciliation."""
    parts: list[RenderableType] = [Text(f"Unified Card, {at:%Y-%m-%d %H:%M:%S}", style="bold"), _services(figures)]
    if aside(figures):
        parts += [Text(""), _set_aside(figures)]
    parts += [Text(""), _messages(figures), _reconciliation(reconciliation)]
    return Group(*parts)


def _services(figures: Sequence[Figures]) -> Table:
    table = Table(box=None, header_style="bold")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in HEADINGS[:3] else "right")
    for one in figures:
        table.add_row(*_cells(one), style=None if one.well else "red")
    return table


def _cells(one: Figures) -> tuple[str, ...]:
    if one.fault:
        return one.service, one.fault, *("–" for _ in HEADINGS[2:])
    dead, parked = (sum(getattr(topic, name) for topic in one.set_aside) for name in ("dead", "parked"))
    late = one.oldest_seconds > LATE_SECONDS
    return (
        one.service, "late" if late else "up", one.version, f"{one.outbox:,}", f"{one.oldest_seconds:.0f} s",
        "–" if one.behind is None else f"{one.behind:,}", f"{dead:,}", f"{parked:,}",
    )  # fmt: skip


def _set_aside(figures: Sequence[Figures]) -> Table:
    table = Table(box=None, header_style="bold", title="Dead letters", title_justify="left", title_style="bold red")
    for heading in ("service", "topic", "dead", "parked behind", "since (UTC)"):
        table.add_column(heading, justify="right" if heading in {"dead", "parked behind"} else "left", overflow="fold")
    for one in aside(figures):
        table.add_row(one.service, one.topic, f"{one.dead:,}", f"{one.parked:,}", one.since.replace("T", " "))
    return table


def _messages(figures: Sequence[Figures]) -> Text:
    found = {name: number for one in figures for name, number in one.queues.items()}
    if not found:
        return Text("SMS: not known")
    known = [f"{found[name]:,} {words}" for name, words in QUEUES.items() if name in found]
    return Text("SMS: " + ", ".join(known))


def _reconciliation(said: tuple[str, bool]) -> Text:
    words, well = said
    return Text(f"Reconciliation of {words}", style="" if well else "yellow")
