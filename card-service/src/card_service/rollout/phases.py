"""The roll-out phase: what is under way in a governorate. How far it has been let say its stages (`stages.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PhaseState(StrEnum):
    """Where a phase stands."""

    PLANNED = "planned"
    DISTRIBUTING = "distributing"
    ACTIVATING = "activating"
    ACTIVE = "active"
    PAUSED = "paused"


class Step(StrEnum):
    """What moves a phase."""

    DISTRIBUTE = "distribute"  # a pick-up plan was ordered
    ACTIVATE = "activate"  # an activation was ordered
    COMPLETE = "complete"  # the activation has gone through all cards handed over so far
    PAUSE = "pause"
    RESUME = "resume"


S, T = PhaseState, Step

TRANSITIONS: Mapping[tuple[PhaseState, Step], PhaseState] = {
    (S.PLANNED, T.DISTRIBUTE): S.DISTRIBUTING,
    (S.DISTRIBUTING, T.DISTRIBUTE): S.DISTRIBUTING,
    (S.ACTIVE, T.DISTRIBUTE): S.ACTIVE,  # those who come late still get appointments
    (S.DISTRIBUTING, T.ACTIVATE): S.ACTIVATING,
    (S.ACTIVE, T.ACTIVATE): S.ACTIVATING,  # again, for those who collected their cards meanwhile
    (S.ACTIVATING, T.ACTIVATE): S.ACTIVATING,  # again, where an activation was given up
    (S.ACTIVATING, T.COMPLETE): S.ACTIVE,
    (S.PLANNED, T.PAUSE): S.PAUSED,
    (S.DISTRIBUTING, T.PAUSE): S.PAUSED,
    (S.ACTIVATING, T.PAUSE): S.PAUSED,
    (S.ACTIVE, T.PAUSE): S.PAUSED,
    (S.PAUSED, T.RESUME): S.DISTRIBUTING,  # or what it was before the pause
}


class IllegalStep(ValueError):
    """The phase's state does not allow the step."""

    def __init__(self, state: PhaseState, step: Step) -> None:
        """Keep what was tried."""
        super().__init__(f"{step} is not allowed while the phase is {state}")
        self.state = state
        self.step = step


def after(state: PhaseState, step: Step, state_before_pause: PhaseState | None = None) -> PhaseState:
    """The state a step leads to. Raises IllegalStep."""
    target = TRANSITIONS.get((state, step))
    if target is None:
        raise IllegalStep(state, step)
    return state_before_pause or target if step is Step.RESUME else target
