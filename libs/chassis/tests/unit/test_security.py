"""Security events: how many citizens somebody may read about before somebody else is told."""

from __future__ import annotations

from prometheus_client import REGISTRY

from chassis.area import NATIONAL
from chassis.principal import CallerKind, Principal
from chassis.security import Happening, Lookups, raised


def caller(kind: CallerKind = CallerKind.PERSON, subject: str = "person:1") -> Principal:
    return Principal(subject, kind, frozenset(), NATIONAL)


def counted(happening: str) -> float | None:
    return REGISTRY.get_sample_value("unicard_security_events_total", {"happening": happening})


def test_every_event_is_told_from_the_start() -> None:
    assert all(counted(happening) is not None for happening in Happening)
    before = counted("pin_locked") or 0.0
    raised(Happening.PIN_LOCKED, card="1")
    assert counted("pin_locked") == before + 1


def test_the_same_citizen_counts_once_and_the_alarm_comes_once_in_a_window() -> None:
    lookups = Lookups(people=3, machines=100, seconds=60)
    assert not any(lookups.note(caller(), [7], now) for now in range(50))
    assert [lookups.note(caller(), [citizen], 50.0) for citizen in (7, 8, 9, 10, 11)] == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert not lookups.note(caller(), range(100), 60.0)
    assert lookups.note(caller(), range(100, 200), 120.0)


def test_what_was_read_long_ago_does_not_count() -> None:
    lookups = Lookups(people=3, machines=100, seconds=60)
    assert not any(lookups.note(caller(), [second], float(second)) for second in range(0, 600, 25))


def test_everybody_is_counted_apart_and_machines_may_read_more() -> None:
    lookups = Lookups(people=3, machines=100, seconds=60)
    assert not lookups.note(caller(subject="person:1"), range(3), 0.0)
    assert not lookups.note(caller(subject="person:2"), range(3), 0.0)
    machine = caller(CallerKind.CLIENT, "registry")
    assert not lookups.note(machine, range(100), 0.0)
    assert lookups.note(machine, range(100, 101), 1.0)


def test_many_callers_and_many_reads_keep_little() -> None:
    lookups = Lookups(people=3, machines=100, seconds=60)
    lookups.MOST_CALLERS = 10
    for number in range(100):
        lookups.note(caller(subject=f"person:{number}"), range(1000), 0.0)
    assert len(lookups._seen) == 10
    assert all(len(seen._order) <= 16 for seen in lookups._seen.values())
