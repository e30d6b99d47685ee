"""What a trial's checks come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from card_service.trials.models import Check, Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the script: how often it was seen to work and not to, and what came last."""

    step: str
    needed: int
    passed: int
    failed: int
    last_at: datetime | None
    last_by: str | None
    outcome: Outcome


def steps(script: Sequence[str], needed: int, checks: Iterable[Check]) -> list[Step]:
    """Each step of the script, in its order, with what was seen of it; checks of other steps count for nothing.

    A step has passed when it was seen to work so often, and what was seen last was no failure.
    """
    seen: dict[str, list[Check]] = {step: [] for step in script}
    for check in sorted(checks, key=lambda one: one.seen_at):
        if check.step in seen:
            seen[check.step].append(check)
    return [_step(step, needed, found) for step, found in seen.items()]


def _step(step: str, needed: int, found: Sequence[Check]) -> Step:
    passed = sum(one.result == "passed" for one in found)
    last = found[-1] if found else None
    outcome: Outcome = "open"
    if last is not None and last.result == "failed":
        outcome = "failed"
    elif passed >= needed:
        outcome = "passed"
    return Step(
        step,
        needed,
        passed,
        len(found) - passed,
        last.seen_at if last else None,
        last.seen_by if last else None,
        outcome,
    )


def together(found: Sequence[Step]) -> Outcome:
    """What the script comes to: failed where a step has, passed where all have. An empty one proves nothing."""
    outcomes = {one.outcome for one in found}
    if "failed" in outcomes:
        return "failed"
    return "passed" if outcomes == {"passed"} else "open"
