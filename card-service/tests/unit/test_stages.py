from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from card_service import POLICIES
from card_service import main as main  # declares all indicators
from card_service.indicators.judging import judged
from card_service.indicators.registry import INDICATORS, Better, Indicators, Measured
from card_service.rollout.phases import PhaseState, Step
from card_service.rollout.stages import NEEDS, Stage, allows, following, implied, reached

FIGURES = st.decimals(0, 1000, places=4)


def test_each_stage_leads_to_the_next_and_the_last_to_none() -> None:
    way = [Stage.PREPARE]
    while after := following(way[-1]):
        way.append(after)
    assert way == list(Stage)


@given(st.sampled_from(Stage), st.sampled_from(Step))
def test_work_is_let_from_its_stage_on(stage: Stage, step: Step) -> None:
    assert allows(stage, step) == (step not in NEEDS or reached(stage, NEEDS[step]))
    after = following(stage)
    assert after is None or not allows(stage, step) or allows(after, step)


@given(st.sampled_from(Stage), st.sampled_from(PhaseState))
def test_without_a_decision_a_stage_follows_what_is_under_way(stage: Stage, state: PhaseState) -> None:
    shown = implied(stage, state)
    assert shown is stage or (stage is not Stage.REVIEW and state not in {PhaseState.PAUSED, PhaseState.PLANNED})


@given(st.sampled_from(Better), FIGURES, FIGURES)
def test_what_lacks_would_just_meet_it(better: Better, needed: Decimal, value: Decimal) -> None:
    found = judged(better, needed, value)
    assert found.met == (found.short_by is None) == (value >= needed if better is Better.MORE else value <= needed)
    if found.short_by is not None:
        mended = value + found.short_by if better is Better.MORE else value - found.short_by
        assert judged(better, needed, mended).met


@given(st.sampled_from(Better), FIGURES)
def test_what_nobody_measured_meets_nothing(better: Better, needed: Decimal) -> None:
    assert not judged(better, needed, None).met
    assert Measured(Decimal(0), Decimal(0)).value is None


def test_every_gate_asks_for_an_indicator_that_is_declared_and_a_stage_there_is() -> None:
    rows = yaml.safe_load(Path(POLICIES / "rollout.yaml").read_text())["policies"]
    scopes = [row["scope"] for row in rows if row["key"] == "rollout.gate"]
    assert scopes
    for scope in scopes:
        assert INDICATORS.find(scope["indicator"]) is not None, scope
        assert scope["gate"] in set(Stage)


def test_an_indicator_is_declared_once() -> None:
    (first, *_) = INDICATORS
    known = Indicators()
    assert known.declare(first) is known.find(first.name)
    try:
        known.declare(first)
    except ValueError:
        return
    raise AssertionError("declared twice")
