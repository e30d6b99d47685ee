"""A batch is handled in few, long runs of one type, whatever stands between them; no key's order is changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from chassis.reactions import Received, runs
from contracts.event import Event


class Came(Event):
    TOPIC = "runs.events.v1"
    KEY = "key"
    key: str


class Grew(Event):
    TOPIC = "runs.events.v1"
    KEY = "key"
    key: str


class Left(Event):
    TOPIC = "runs.events.v1"
    KEY = "key"
    key: str


BIRTH = datetime(2026, 1, 1, tzinfo=UTC)


def received(kind: type[Any], key: str | None) -> Received[Any]:
    return Received(data=kind(key=key or ""), id=new_id(), time=BIRTH, key=key)


def shape(made: list[list[Received[Any]]]) -> list[tuple[str, int]]:
    return [(type(run[0].data).__name__, len(run)) for run in made]


def stories(batch: Sequence[Received[Any]]) -> dict[str | None, list[UUID]]:
    """What each key lived through."""
    told: dict[str | None, list[UUID]] = defaultdict(list)
    for event in batch:
        told[event.key].append(event.id)
    return told


def test_households_announced_one_after_the_other_make_two_runs() -> None:
    events = [
        event for n in range(100) for event in (received(Came, f"h{n}"), *[received(Grew, f"h{n}") for _ in range(4)])
    ]
    assert shape(runs(events)) == [("Came", 100), ("Grew", 400)]


def test_what_one_key_lived_through_stays_in_its_order_and_others_join_it() -> None:
    events = [received(kind, "a") for kind in (Came, Left, Came, Left)]
    events += [received(kind, "b") for kind in (Came, Left)]
    assert shape(runs(events)) == [("Came", 2), ("Left", 2), ("Came", 1), ("Left", 1)]


def test_events_without_a_key_have_one_order() -> None:
    assert shape(runs([received(kind, None) for kind in (Came, Left, Came)])) == [("Came", 1), ("Left", 1), ("Came", 1)]


def test_nothing_makes_no_run() -> None:
    assert runs([]) == []


@given(st.lists(st.tuples(st.sampled_from([Came, Grew, Left]), st.sampled_from(["a", "b", "c", None])), max_size=40))
def test_every_event_is_in_one_run_of_its_type_and_each_key_in_order(
    given_events: list[tuple[type[Any], str | None]],
) -> None:
    events = [received(kind, key) for kind, key in given_events]
    made = runs(events)
    assert all(run and len({type(event.data) for event in run}) == 1 for run in made)
    handled = [event for run in made for event in run]
    assert Counter(event.id for event in handled) == Counter(event.id for event in events)
    assert stories(handled) == stories(events)
    # never more than they came in
    assert len(made) <= 1 + sum(type(one.data) is not type(two.data) for one, two in pairwise(events))
