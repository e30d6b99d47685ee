"""Whatever is lost, doubled or late of what is told again, no newer fact is overwritten, and telling again mends all.

A model of both ends: an owner that changes rows and tells them again, and a reader that judges as the consumer does
(`chassis.restating.heard.late_of`). Events told as they happen come in the order of their key, as the broker keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.restating.heard import late_of
from contracts.event import Event
from contracts.restated import Restated

RESTATEMENT = UUID(int=1)


class ModelChanged(Event):
    """A row has another value."""

    key: str
    value: int


class ModelRestated(Restated):
    """A row as it is."""

    key: str
    value: int


@dataclass
class Sent:
    """An event with its place in the owner's outbox."""

    data: ModelChanged | ModelRestated
    position: int

    @property
    def key(self) -> str:
        return self.data.key


@dataclass
class Owner:
    """Rows, and the outbox of what was told of them."""

    rows: dict[str, int] = field(default_factory=dict)
    told: list[Sent] = field(default_factory=list)

    def change(self, key: str) -> Sent:
        self.rows[key] = self.rows.get(key, 0) + 1
        return self._tell(ModelChanged(key=key, value=self.rows[key]))

    def restate(self, key: str) -> Sent:
        return self._tell(ModelRestated(restatement_id=RESTATEMENT, key=key, value=self.rows[key]))

    def _tell(self, event: ModelChanged | ModelRestated) -> Sent:
        self.told.append(Sent(event, len(self.told) + 1))
        return self.told[-1]


@dataclass
class Reader:
    """A copy, and the newest number heard of each key."""

    rows: dict[str, int] = field(default_factory=dict)
    newest: dict[tuple[str, str], int] = field(default_factory=dict)

    def hear(self, *events: Sent) -> None:
        late = late_of(events, self.newest)
        for event in events:
            if id(event) not in late:
                assert self.rows.get(event.key, 0) <= event.data.value, "an older fact in the place of a newer one"
                self.rows[event.key] = event.data.value


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["change", "restate"]),
        st.sampled_from(["at once", "late", "twice", "never"]),
    ),
    max_size=40,
)


@given(STEPS, st.randoms(use_true_random=False))
def test_no_newer_fact_is_overwritten_and_all_converges(steps: list[tuple[str, str, str]], luck: object) -> None:
    owner, reader, late = Owner({"a": 1, "b": 1, "c": 1}), Reader(), []
    for key, what, how in steps:
        if what == "change":
            reader.hear(owner.change(key))
            continue
        snapshot = owner.restate(key)
        if how in {"at once", "twice"}:
            reader.hear(snapshot)
        if how in {"late", "twice"}:
            late.append(snapshot)
        if late and luck.random() < 0.5:  # type: ignore[attr-defined]
            reader.hear(late.pop(luck.randrange(len(late))))  # type: ignore[attr-defined]
    reader.hear(*late)
    known = set(reader.rows)
    changed = {key for key, what, _ in steps if what == "change"}
    assert {key: reader.rows[key] for key in known & changed} == {key: owner.rows[key] for key in known & changed}
    reader.hear(*(owner.restate(key) for key in owner.rows))
    assert reader.rows == owner.rows
    reader.hear(*(event for event in owner.told if isinstance(event.data, ModelRestated)))
    assert reader.rows == owner.rows
