"""POST /v1/redemptions as a hot route (`chassis.hot`); `api.py` documents it and must answer in the same way."""

from __future__ import annotations

import asyncio

from chassis.holder_proofs.form import KeyUnknown
from chassis.holder_proofs.refusals import HolderProofInvalid, HolderProofUnverifiable
from chassis.hot import Call, HotRoute
from supply_service.context import Runtime
from supply_service.redemptions import service
from supply_service.redemptions.api import routes
from supply_service.redemptions.http import answer
from supply_service.redemptions.schemas import RedemptionRequest
from supply_service.sales.outcomes import Outcome


def begin(call: Call[Runtime], request: RedemptionRequest) -> asyncio.Future[Outcome] | None:
    """Take a sale on, at a terminal that is known here and active. Raises Busy."""
    made, caller = call.runtime.state, call.caller
    known = made.registry.find(caller.terminal_id) if caller.kind == "terminal" else None
    if known is None or not known.sells:
        return None
    order = service.sale_order(known.place, call.key, call.body, request, call.traceparent)
    if request.holder_proof is not None:
        try:
            order.proof = made.proofs.proof(request.holder_proof)
        except HolderProofInvalid as refusal:
            order.proof = refusal
        except (KeyUnknown, HolderProofUnverifiable):
            return None  # the keys are fetched first
    return made.lanes.enqueue(order)


ROUTE = HotRoute(routes.endpoint(f"POST {service.REDEMPTIONS_PATH}"), RedemptionRequest, begin, answer)
