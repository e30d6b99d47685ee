"""The page of whoever is on call, and what it is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import StringIO
from typing import Any

from rich.console import Console

from devstack.oncall.dead_letters import _short
from devstack.oncall.figures import Figures, read
from devstack.oncall.screen import page

AT = datetime(2026, 12, 1, 8, 30)  # noqa: DTZ001 - only shown
SAID: dict[str, Any] = {
    "service": "notify", "version": "1.0.0", "outbox_waiting": 1200, "outbox_oldest_seconds": 0.4, "behind": 31,
    "set_aside": [{"topic": "card.events.v1", "dead": 1, "parked": 3, "since": "2026-12-01T06:01:02Z"}],
    "queues": [{"name": "sms", "waiting": 12_000, "oldest_seconds": 3.0}, {"name": "sms_sending", "waiting": 7}],
}  # fmt: skip


def shown(*figures: Figures, reconciliation: tuple[str, bool] = ("2026-11-30: 3 outlets agree", True)) -> list[str]:
    console = Console(width=120, record=True, file=StringIO())
    console.print(page(figures, reconciliation, AT))
    return [" ".join(line.split()) for line in console.export_text().splitlines()]


def test_a_service_is_shown_with_what_waits_and_what_stands_aside() -> None:
    lines = shown(read(SAID))
    assert "Unified Card, 2026-12-01 08:30:00" in lines
    assert "notify up 1.0.0 1,200 0 s 31 1 3" in lines
    assert "notify card.events.v1 1 3 2026-12-01 06:01" in lines
    assert "SMS: 12,000 to send, 7 being sent" in lines
    assert "Reconciliation of 2026-11-30: 3 outlets agree" in lines


def test_one_that_is_down_or_does_not_know_says_so_and_the_others_are_shown() -> None:
    well = replace(read(SAID), set_aside=(), behind=None)
    lines = shown(Figures("card", fault="down"), replace(well, service="supply", oldest_seconds=6), well)
    assert "card down – – – – – –" in lines
    assert "supply late 1.0.0 1,200 6 s – 0 0" in lines
    assert "notify up 1.0.0 1,200 0 s – 0 0" in lines
    assert not any("Dead letters" in line for line in lines)


def test_somebody_must_look_where_one_is_down_or_late_or_has_set_something_aside() -> None:
    well = replace(read(SAID), set_aside=())
    assert well.well
    assert not read(SAID).well
    assert not replace(well, oldest_seconds=6).well
    assert not Figures("card", fault="down").well


def test_the_name_of_an_event_is_read_out_of_its_type() -> None:
    assert _short("eg.gov.unicard.card.CardIssued.v1") == "CardIssued"
    assert (_short(None), _short("odd")) == ("", "odd")
