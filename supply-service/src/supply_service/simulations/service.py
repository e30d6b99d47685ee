"""Use cases: asking what policies would change, reading it, and showing it to whoever decides on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID

import orjson
from pydantic import JsonValue
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository as proposals
from approvals.errors import ProposalUnknown
from approvals.model import OPEN, Proposal
from chassis.area import OF_THE_NATION
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.months import first_day
from chassis.principal import Principal
from chassis.problems import Conflict, InvalidRequest, NotFound
from policybook import entry
from policybook.book import Policy
from policybook.desk import POLICY
from policybook.entry import PolicyUnusable
from policybook.files import PolicyEntry
from supply_service.context import Runtime
from supply_service.policies.modes import ensure_kept
from supply_service.rules import keys
from supply_service.rules.entitled import first_month, holds
from supply_service.rules.figures import read_figures
from supply_service.simulations import repository
from supply_service.simulations.cells import Tally
from supply_service.simulations.schemas import (
    Example,
    OfGovernorate,
    OfSize,
    Part,
    Simulation,
    SimulationRequest,
    SimulationResult,
    SimulationSummary,
    State,
)

WAITING = 50  # more at once are refused: one is computed after the other
YEARS_AHEAD = 20
_READ = partial(read_figures, items={})


class NothingToSimulate(InvalidRequest):
    """What a month gives households does not follow from these policies"""

    code = "nothing_to_simulate"
    title_ar = "هذه القواعد لا تغير ما تحصل عليه الأسر في الشهر"


class SimulationMonth(InvalidRequest):
    """These policies do not all decide on that month"""

    code = "simulation_month"
    title_ar = "هذه القواعد لا تسري جميعها في هذا الشهر"


class SimulationUnknown(NotFound):
    """There is no such simulation, or it is not yours"""

    code = "simulation_unknown"
    title_ar = "المحاكاة غير معروفة"


class SimulationsWaiting(Conflict):
    """Too many simulations are waiting"""

    code = "simulations_waiting"
    title_ar = "توجد محاكاة كثيرة في الانتظار"


class SimulationNeeded(Conflict):
    """It is not computed yet what this policy would change"""

    code = "simulation_needed"
    title_ar = "لم يتم حساب أثر هذه القاعدة بعد"


async def ask(session: AsyncSession, runtime: Runtime, caller: Principal, asked: SimulationRequest) -> Simulation:
    """Have it computed what policies would change, those given or the one that is proposed.

    Raises OutsideBound, ProposalUnknown, what entering the policies raises, NothingToSimulate, SimulationMonth or
    SimulationsWaiting.
    """
    caller.bound.ensure_covers(OF_THE_NATION)
    given = await _given(session, asked)
    policies = [one.policy(caller.actor.who, caller.actor.who) for one in given]
    if any(policy.key not in keys.COMPUTED for policy in policies):
        raise NothingToSimulate(
            f"It follows from {', '.join(sorted(keys.COMPUTED))}.",
            detail_ar=f"تحسب من: {', '.join(sorted(keys.COMPUTED))}.",
            computed=[*sorted(keys.COMPUTED)],
        )
    for policy in policies:
        if fault := keys.KEYS.fault(policy, on_record=False):
            raise PolicyUnusable(fault)
        ensure_kept(policy)
    today = business_day(runtime.clock.now())
    await entry.try_out(session, keys.KEYS, _READ, policies, today)
    month = _month(policies, asked.month, today)
    if await repository.waiting(session) >= WAITING:
        raise SimulationsWaiting(f"{WAITING} are waiting already.", detail_ar="حاول لاحقاً")
    simulation_id = await _add(session, runtime, given, month, caller.actor.who, asked.proposal_id)
    return _told(await _known(session, simulation_id), runtime)


async def of_proposed(session: AsyncSession, runtime: Runtime, policy: Policy) -> None:
    """Have it computed what a policy that was just proposed would change, where that can be."""
    month = computed_for(policy, business_day(runtime.clock.now()))
    if month is not None:
        given = PolicyEntry.model_validate({name: getattr(policy, name) for name in _SAID})
        await _add(session, runtime, [given], month, policy.entered_by, policy.policy_id)


async def ensure_simulated(session: AsyncSession, runtime: Runtime, policy: Policy) -> None:
    """Let a policy of a key that must be computed first be approved only when it was. Raises SimulationNeeded."""
    today = business_day(runtime.clock.now())
    first = keys.SIMULATED_FIRST.find(runtime.state.snapshot.book, today) or frozenset()
    if policy.key not in first or policy.policy_id is None or computed_for(policy, today) is None:
        return
    last = await repository.last_of(session, policy.policy_id)
    if last is None or last["finished_at"] is None:
        state = "missing" if last is None else state_of(last)
        raise SimulationNeeded(
            f"Its simulation is {state}; `POST /v1/policy-simulations` with proposal_id asks for another.",
            detail_ar="انتظر انتهاء المحاكاة أو اطلب محاكاة أخرى.",
            simulation=state,
        )


async def beside(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> JsonValue:
    """What whoever decides on a proposed policy is shown: its newest simulation, null where there is none."""
    last = await repository.last_of(session, proposal.proposal_id)
    if last is None:
        return {"simulation": None}
    told = SimulationSummary(
        simulation_id=last["simulation_id"],
        path=f"/v1/policy-simulations/{last['simulation_id']}",
        state=state_of(last),
        month=last["month"],
        superseded=_superseded(last, runtime),
        total=None if last["finished_at"] is None else Part.of(tally_of(last).whole()),
    )
    return {"simulation": told.model_dump(mode="json")}


async def read(session: AsyncSession, runtime: Runtime, caller: Principal, simulation_id: UUID) -> Simulation:
    """A simulation of the nation. Raises SimulationUnknown."""
    caller.bound.hold(OF_THE_NATION, SimulationUnknown)
    return _told(await _known(session, simulation_id), runtime)


async def examples(session: AsyncSession, caller: Principal, simulation_id: UUID, outcome: str | None) -> list[Example]:
    """Households to look at of the caller's area. Raises SimulationUnknown."""
    await _known(session, simulation_id)
    rows = await repository.examples(session, simulation_id, caller.bound, outcome)
    return [Example.of(dict(row)) for row in rows]


def computed_for(policy: Policy, today: date) -> date | None:
    """The month a policy would be computed for, None where it decides on none."""
    if policy.key not in keys.COMPUTED:
        return None
    try:
        return _month([policy], None, today)
    except SimulationMonth:
        return None


def state_of(row: RowMapping) -> State:
    """How far a simulation is."""
    if row["failed_at"] is not None:
        return "failed"
    if row["finished_at"] is not None:
        return "done"
    return "waiting" if row["started_at"] is None else "running"


def policies_of(row: RowMapping) -> list[PolicyEntry]:
    """The policies of a simulation."""
    return [PolicyEntry.model_validate(one) for one in orjson.loads(row["policies"])]


_SAID = tuple(name for name in PolicyEntry.model_fields if name in Policy.__dataclass_fields__)


async def _given(session: AsyncSession, asked: SimulationRequest) -> Sequence[PolicyEntry]:
    if asked.policies is not None:
        return asked.policies
    found = None if asked.proposal_id is None else await proposals.find(session, asked.proposal_id)
    if found is None or found.kind != POLICY or found.state not in OPEN:
        raise ProposalUnknown
    return [PolicyEntry.model_validate(found.content)]


def _month(policies: Sequence[Policy], wanted: str | None, today: date) -> date:
    try:
        month = first_month(policies) if wanted is None else first_day(wanted)
    except (ValueError, OverflowError) as error:
        raise SimulationMonth(
            "They hold on no 1st of a month together.", detail_ar="لا يوجد أول شهر تسري فيه معاً."
        ) from error
    if month.year > today.year + YEARS_AHEAD or not all(holds(one, month) for one in policies):
        raise SimulationMonth(
            f"{month:%Y-%m} is not opened by all of them.", detail_ar="اختر شهراً تسري في أوله كل القواعد"
        )
    return month


async def _add(
    session: AsyncSession,
    runtime: Runtime,
    given: Sequence[PolicyEntry],
    month: date,
    asked_by: str,
    proposal_id: UUID | None,
) -> UUID:
    simulation_id = new_id()
    rows = orjson.dumps([one.model_dump(mode="json") for one in given]).decode()
    await repository.add(
        session, simulation_id=simulation_id, proposal_id=proposal_id, month=month, policies=rows, asked_by=asked_by,
        asked_at=runtime.clock.now(),
    )  # fmt: skip
    return simulation_id


async def _known(session: AsyncSession, simulation_id: UUID) -> RowMapping:
    found = await repository.find(session, simulation_id)
    if found is None:
        raise SimulationUnknown
    return found


def _told(row: RowMapping, runtime: Runtime) -> Simulation:
    return Simulation(
        simulation_id=row["simulation_id"],
        proposal_id=row["proposal_id"],
        state=state_of(row),
        month=row["month"],
        policies=policies_of(row),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        looked_at=row["looked_at"],
        fault=row["fault"],
        superseded=_superseded(row, runtime),
        result=None if row["finished_at"] is None else _result(tally_of(row)),
    )


def _result(tally: Tally) -> SimulationResult:
    return SimulationResult(
        total=Part.of(tally.whole()),
        by_governorate=[OfGovernorate.of(cell, governorate=one) for one, cell in tally.by_governorate().items()],
        by_size=[OfSize.of(cell, members=one) for one, cell in tally.by_size().items()],
    )


def tally_of(row: RowMapping) -> Tally:
    """What is counted so far."""
    return Tally.of(None if row["tally"] is None else orjson.loads(row["tally"]))


def _superseded(row: RowMapping, runtime: Runtime) -> bool:
    return row["policy_version"] is not None and row["policy_version"] != runtime.state.snapshot.book.version
