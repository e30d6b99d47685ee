from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service import POLICIES, keys
from card_service.accesses.models import GENESIS, Access, chained
from card_service.consumers import sent_at
from card_service.keys import KEYS, PIN_TRIES
from card_service.rollout.phases import TRANSITIONS, IllegalStep, PhaseState, Step, after
from chassis.ids import new_id
from policybook.book import PolicyBook
from policybook.files import read_policies
from policybook.testing import unread_keys

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@given(st.sampled_from(PhaseState), st.sampled_from(Step))
def test_only_the_table_moves_a_phase(state: PhaseState, step: Step) -> None:
    if (state, step) in TRANSITIONS:
        assert after(state, step) is TRANSITIONS[state, step]
    else:
        with pytest.raises(IllegalStep):
            after(state, step)


def test_a_phase_goes_its_way_and_resumes_where_it_was_paused() -> None:
    state = PhaseState.PLANNED
    for step in (Step.DISTRIBUTE, Step.ACTIVATE, Step.COMPLETE, Step.ACTIVATE, Step.COMPLETE):
        state = after(state, step)
    assert state is PhaseState.ACTIVE
    paused = after(state, Step.PAUSE)
    assert after(paused, Step.RESUME, state) is PhaseState.ACTIVE


def test_every_declared_key_is_read_and_every_row_is_read_or_on_record() -> None:
    rows = read_policies(POLICIES, KEYS)
    assert not unread_keys(Path(keys.__file__))
    assert {row.key for row in rows if KEYS.reads(row)} == {key.name for key in KEYS}
    assert PIN_TRIES.on(PolicyBook.of(rows), date(2026, 11, 21)) > 0


def access(**changed: object) -> Access:
    fields: dict[str, object] = {
        "access_id": UUID(int=1),
        "citizen_id": UUID(int=2),
        "subject": "ministry",
        "action": "read",
        "purpose": "lookup",
        "request_id": "r",
        "accessed_at": NOW,
    }
    return Access(**(fields | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"citizen_id": UUID(int=3)},
        {"subject": "ministr", "action": "yread"},
        {"purpose": ""},
        {"accessed_at": NOW + timedelta(microseconds=1)},
    ],
)
def test_any_change_of_an_entry_changes_its_hash(changed: dict[str, object]) -> None:
    assert chained(GENESIS, 1, access(**changed)) != chained(GENESIS, 1, access())
    assert chained(GENESIS, 2, access()) != chained(GENESIS, 1, access())
    assert chained(b"1" * 32, 1, access()) != chained(GENESIS, 1, access())


def test_a_message_tells_when_it_was_written() -> None:
    assert abs(sent_at(new_id(), NOW) - datetime.now(UTC)) < timedelta(seconds=5)
    assert sent_at(uuid4(), NOW) == NOW
