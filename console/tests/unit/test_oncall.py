"""What services say of themselves becomes rows, and the chapters that are named are in the runbook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from staff_console.oncall.figures import CHAPTERS, row, stuck
from staff_console.services.parts import Part

NOW = datetime(2026, 12, 1, tzinfo=UTC)
RUNBOOK = Path(__file__).parents[3] / "docs" / "runbook.md"
WELL: dict[str, Any] = {"outbox_oldest_seconds": 0.0, "set_aside": []}
ASIDE = {"topic": "card.events.v1", "dead": 1, "parked": 3, "since": NOW.isoformat()}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (WELL, "up"),
        ({**WELL, "outbox_oldest_seconds": 5.1}, "late"),
        ({**WELL, "outbox_oldest_seconds": 5.1, "set_aside": [ASIDE]}, "aside"),
        (None, "silent"),
    ],
)
def test_a_service_is_as_it_says(said: dict[str, Any] | None, state: str) -> None:
    assert row("card", Part("there" if said else "silent", NOW, said)).state == state


def test_what_waits_behind_a_dead_event_is_counted_by_topic_and_key() -> None:
    def event(number: int, state: str, topic: str, key: str) -> dict[str, Any]:
        return {"id": number, "state": state, "topic": topic, "key": key, "type": "unicard.card.CardIssued.v1"}

    found = stuck(
        [
            event(1, "dead", "a", "k"), event(2, "parked", "a", "k"), event(3, "parked", "b", "k"),
            event(4, "dead", "b", "k"), event(5, "parked", "a", "k"), event(6, "parked", "a", "other"),
        ]
    )  # fmt: skip
    assert [(one.event["id"], one.behind, one.kind) for one in found] == [(1, 2, "CardIssued"), (4, 1, "CardIssued")]


def test_every_chapter_that_is_named_is_in_the_runbook() -> None:
    headings = {line.lstrip("# ") for line in RUNBOOK.read_text(encoding="utf-8").splitlines() if line.startswith("#")}
    assert set(CHAPTERS.values()) <= headings
