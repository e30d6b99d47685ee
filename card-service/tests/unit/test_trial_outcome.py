"""What a trial's checks come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from card_service.trials.models import Check, Result
from card_service.trials.outcome import steps, together

SCRIPT = ["draw_bread", "visit"]
BEGAN = datetime(2026, 12, 1, tzinfo=UTC)
RESULTS: list[Result] = ["passed", "failed"]

checks = st.lists(
    st.builds(
        lambda step, result, minute: Check(step, result, "system", BEGAN + timedelta(minutes=minute)),
        st.sampled_from([*SCRIPT, "of another script"]),
        st.sampled_from(RESULTS),
        st.integers(0, 10_000),
    ),
    unique_by=lambda check: check.seen_at,
    max_size=20,
)


@given(checks, st.integers(1, 3))
def test_the_last_word_of_each_step_and_enough_of_it(seen: list[Check], needed: int) -> None:
    found = steps(SCRIPT, needed, seen)
    assert [one.step for one in found] == SCRIPT
    for one in found:
        own = sorted((check for check in seen if check.step == one.step), key=lambda check: check.seen_at)
        passed = sum(check.result == "passed" for check in own)
        expected = "open"
        if own and own[-1].result == "failed":
            expected = "failed"
        elif passed >= needed:
            expected = "passed"
        assert (one.outcome, one.passed, one.failed) == (expected, passed, len(own) - passed)
    assert steps(SCRIPT, needed, list(reversed(seen))) == found, "in whichever order it was entered"
    assert (together(found) == "passed") == all(one.outcome == "passed" for one in found)
    assert (together(found) == "failed") == any(one.outcome == "failed" for one in found)


def test_an_empty_script_proves_nothing() -> None:
    assert together(steps([], 1, [])) == "open"
