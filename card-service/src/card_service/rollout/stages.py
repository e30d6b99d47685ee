"""The stages of a phase, in their order, and which of them work needs. Pure.

A stage is how far a phase has been let, by its gates; its state (`phases.py`) is what is under way in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from card_service.rollout.phases import PhaseState, Step


class Stage(StrEnum):
    """How far a phase has been let."""

    PREPARE = "prepare"  # sites, terminals and staff are made ready
    TRIAL = "trial"  # on sample units
    DISTRIBUTION = "distribution"  # citizens are invited and cards handed over
    ACTIVATION = "activation"  # cards are activated by cohorts
    LIVE = "live"
    REVIEW = "review"


_ORDER = tuple(Stage)

NEEDS: Mapping[Step, Stage] = {Step.DISTRIBUTE: Stage.DISTRIBUTION, Step.ACTIVATE: Stage.ACTIVATION}
_IMPLIED: Mapping[PhaseState, Stage] = {
    PhaseState.DISTRIBUTING: Stage.DISTRIBUTION,
    PhaseState.ACTIVATING: Stage.ACTIVATION,
    PhaseState.ACTIVE: Stage.LIVE,
}


def following(stage: Stage) -> Stage | None:
    """The stage after one, None after the last."""
    place = _ORDER.index(stage) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def reached(stage: Stage, needed: Stage) -> bool:
    """Whether a phase at `stage` has come as far as `needed`."""
    return _ORDER.index(stage) >= _ORDER.index(needed)


def allows(stage: Stage, step: Step) -> bool:
    """Whether the stage lets a step be taken; pausing and resuming are possible in each."""
    needed = NEEDS.get(step)
    return needed is None or reached(stage, needed)


def implied(stage: Stage, state: PhaseState) -> Stage:
    """The stage of a phase that was opened by no decision: it follows what was ordered, but never from review."""
    return stage if stage is Stage.REVIEW else _IMPLIED.get(state, stage)
