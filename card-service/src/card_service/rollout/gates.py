"""Gates: what the policies of today ask of a phase before it enters a stage, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.indicators.judging import judged
from card_service.indicators.registry import INDICATORS, About, Better, Indicator, Measured, Subject
from card_service.keys import GATE, ROLLOUT_ORDER
from card_service.rollout import stage_repository
from card_service.rollout.errors import GateNotMet
from card_service.rollout.models import GatePass, Phase
from card_service.rollout.repository import find_phase
from card_service.rollout.stages import Stage


@dataclass(frozen=True, slots=True)
class Condition:
    """What a policy asks of an indicator, and what was measured of which phase; `indicator`: None if unknown."""

    name: str
    indicator: Indicator | None
    phase_id: UUID
    needed: Decimal
    measured: Measured | None
    met: bool
    short_by: Decimal | None

    def record(self) -> dict[str, JsonValue]:
        """As it is kept and as a refusal names it; figures as text."""
        value = self.measured.value if self.measured else None
        known = self.indicator
        return {
            "indicator": self.name,
            "title": known.en if known else self.name,
            "title_ar": known.ar if known else self.name,
            "phase_id": str(self.phase_id),
            "at_least" if known is None or known.better is Better.MORE else "at_most": str(self.needed),
            "value": None if value is None else str(value),
            "short_by": None if self.short_by is None else str(self.short_by),
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of a stage: its conditions, and the decision by which it was passed all the same, if there is one."""

    stage: Stage
    conditions: tuple[Condition, ...]
    passed: GatePass | None

    @property
    def met(self) -> bool:
        """Whether every condition is met."""
        return all(condition.met for condition in self.conditions)

    @property
    def open(self) -> bool:
        """Whether a phase may go through."""
        return self.met or self.passed is not None


async def of_stage(session: AsyncSession, deps: Dependencies, phase: Phase, stage: Stage) -> Gate:
    """A phase's gate as it stands now. That of the first stage is measured of the phase before it in the sequence."""
    subject = Subject(phase.phase_id, phase.governorate)
    before = await _before(session, deps, phase) if stage is Stage.PREPARE else subject
    conditions = []
    for name, needed in _needed(deps, phase, stage).items():
        indicator = INDICATORS.find(name)
        about = subject if indicator is None or indicator.about is About.SEQUENCE else before
        if about is not None:  # the first of all has no phase before it
            conditions.append(await _condition(session, deps, name, about, needed))
    passed = await stage_repository.passes(session, phase.phase_id)
    return Gate(stage, tuple(conditions), passed.get(stage))


async def ensure_open(session: AsyncSession, deps: Dependencies, phase: Phase, stage: Stage) -> Gate:
    """The gate, where a phase may go through it. Raises GateNotMet, which names what is not met and by how much."""
    gate = await of_stage(session, deps, phase, stage)
    if not gate.open:
        unmet = [condition.record() for condition in gate.conditions if not condition.met]
        said = "; ".join(f"{one['title']}: {one['value']}" for one in unmet)
        said_ar = "؛ ".join(f"{one['title_ar']}: {one['value']}" for one in unmet)
        raise GateNotMet(said, detail_ar=said_ar, stage=str(stage), conditions=list(unmet))
    return gate


async def _condition(
    session: AsyncSession, deps: Dependencies, name: str, subject: Subject, needed: Decimal
) -> Condition:
    indicator = INDICATORS.find(name)
    measured = await indicator.measure(session, deps, subject) if indicator else None
    judgement = judged(indicator.better if indicator else Better.MORE, needed, measured.value if measured else None)
    return Condition(name, indicator, subject.phase_id, needed, measured, judgement.met, judgement.short_by)


def _needed(deps: Dependencies, phase: Phase, stage: Stage) -> dict[str, Decimal]:
    """By indicator what today's policies ask for in the phase's governorate."""
    book, today = deps.policies.book, deps.today()
    asked = {"gate": str(stage), "governorate": phase.governorate}
    names = {
        scope["indicator"]
        for scope, _ in GATE.each(book, today)
        if "indicator" in scope and all(asked.get(member, name) == name for member, name in scope.items())
    }
    return {name: GATE.on(book, today, indicator=name, **asked) for name in sorted(names)}


async def _before(session: AsyncSession, deps: Dependencies, phase: Phase) -> Subject | None:
    before = await phase_before(session, deps, phase)
    return Subject(before.phase_id, before.governorate) if before else None


async def phase_before(session: AsyncSession, deps: Dependencies, phase: Phase) -> Phase | None:
    """The phase before one in the sequence: the newest of the nearest governorate that has any."""
    places = ROLLOUT_ORDER.by("governorate", deps.policies.book, deps.today())
    own = places.get(phase.governorate)
    earlier = {code: place for code, place in places.items() if own is not None and place < own}
    found = await stage_repository.phase_before(session, earlier)
    return await find_phase(session, found) if found else None
