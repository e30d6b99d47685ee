"""Routes of simulations."""

from __future__ import annotations

from uuid import UUID

from approvals.errors import ProposalUnknown
from chassis.area import OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import OFFICES
from chassis.routing import router
from contracts.scopes import Scope
from policybook.entry import PolicyNotAhead, PolicyOverlaps, PolicyUnusable
from supply_service.context import Running
from supply_service.policies.modes import ModeNotKept
from supply_service.simulations import service
from supply_service.simulations.cells import Outcome
from supply_service.simulations.schemas import Examples, Simulation, SimulationRequest
from supply_service.simulations.service import (
    NothingToSimulate,
    SimulationMonth,
    SimulationsWaiting,
    SimulationUnknown,
)

routes = router(tags=["policies"])


@routes.post(
    "/v1/policy-simulations",
    scopes=(Scope.POLICIES_WRITE, Scope.POLICIES_APPROVE),
    status_code=202,
    problems=(
        OutsideBound,
        PolicyNotAhead,
        PolicyOverlaps,
        PolicyUnusable,
        ModeNotKept,
        ProposalUnknown,
        NothingToSimulate,
        SimulationMonth,
        SimulationsWaiting,
    ),
)
async def simulate_policies(runtime: Running, body: SimulationRequest, caller: Caller, session: Work) -> Simulation:
    """Have it computed over all households what policies would change, before they are proposed or approved.

    Whoever proposes a policy that can be computed has this done by proposing it. One is computed after the other.
    """
    return await service.ask(session, runtime, caller, body)


@routes.get(
    "/v1/policy-simulations/{simulation_id}",
    scopes=(Scope.POLICIES_READ, Scope.POLICIES_WRITE, Scope.POLICIES_APPROVE),
    problems=SimulationUnknown,
)
async def read_simulation(runtime: Running, simulation_id: UUID, caller: Caller, session: Reading) -> Simulation:
    """How far it is computed, and what policies would change: who gains and loses, and what a month costs."""
    return await service.read(session, runtime, caller, simulation_id)


@routes.get(
    "/v1/policy-simulations/{simulation_id}/examples",
    purpose="policy_simulation",
    scopes=Scope.ENTITLEMENTS_READ,
    callers=OFFICES,
    problems=SimulationUnknown,
)
async def read_examples(
    simulation_id: UUID, caller: Caller, session: Reading, outcome: Outcome | None = None
) -> Examples:
    """Some households of each kind, for whoever may see what households are given, in their own area."""
    found = await service.examples(session, caller, simulation_id, outcome)
    return Examples(simulation_id=simulation_id, examples=found)
