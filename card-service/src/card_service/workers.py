"""Everything card-service does by itself, beside requests and events."""

from __future__ import annotations

from card_service.accesses.service import CHAIN
from card_service.appointments.replanning import REPLANNING
from card_service.cards.upkeep import EXPIRING, MAPPING
from card_service.context import Runtime
from card_service.distribution import plan_repository as plans
from card_service.distribution.missed import MISSED
from card_service.distribution.new_heads import CALLING
from card_service.distribution.plans import plan_chunk
from card_service.distribution.reminding import REMINDING
from card_service.distribution.slot_making import MAKING
from card_service.duplicates.finding import FINDING
from card_service.exports.worker import EXPORTING, RUNNING_OUT
from card_service.hotlist.upkeep import TIDYING
from card_service.jobs import job
from card_service.losses.upkeep import CODES_OVER, DATING, LAPSING
from card_service.mandates.upkeep import ENDING
from card_service.privacy.resuming import TELLING
from card_service.privacy.terms import COUNTING
from card_service.production import order_repository as orders
from card_service.production.orders import order_chunk
from card_service.progress.service import PUBLISHING
from card_service.proofs.upkeep import FORGETTING
from card_service.readiness.inviting import INVITING
from card_service.registry import import_check_repository as import_checks
from card_service.registry import import_repository as imports
from card_service.registry.import_checker import Checker
from card_service.registry.import_expiry import EXPIRY
from card_service.registry.import_worker import Importer
from card_service.registry.requests.upkeep import UPKEEP
from card_service.registry.updates.worker import Updates
from card_service.rollout import repository as rollout
from card_service.rollout import takeback_repository as takebacks
from card_service.rollout.activations import activation_chunk
from card_service.rollout.takebacks import chunk as taking_back_chunk
from card_service.search.upkeep import KEEPING
from card_service.usage.upkeep import FORGETTING as USE_FORGOTTEN
from chassis.periodic import Periodic


def workers() -> list[Periodic[Runtime]]:
    """One of each; several processes may run them at once."""
    return [
        job("imports", imports.claim, Importer().chunk, lambda one: one.import_id, imports.fail),
        job("import_checks", import_checks.claim, Checker().chunk, lambda one: one.import_id, imports.fail),
        job("update_files", imports.claim_update, Updates().chunk, lambda one: one.import_id, imports.fail),
        job("pickup_plans", plans.claim, plan_chunk, lambda one: one.plan_id, plans.fail),
        job("card_orders", orders.claim, order_chunk, lambda one: one.order_id, orders.fail),
        job("activations", rollout.claim, activation_chunk, lambda one: one.activation_id, rollout.fail),
        MAKING,
        REMINDING,
        CALLING,
        job("takings_back", takebacks.claim, taking_back_chunk, lambda one: one.activation_id, takebacks.fail),
        KEEPING,
        EXPIRY,
        FINDING,
        UPKEEP,
        FORGETTING,
        TIDYING,
        LAPSING,
        EXPIRING,
        MAPPING,
        DATING,
        ENDING,
        INVITING,
        CODES_OVER,
        Periodic(MISSED.worker, MISSED.run, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds),
        *REPLANNING,
        TELLING,
        COUNTING,
        USE_FORGOTTEN,
        EXPORTING,
        RUNNING_OUT,
        PUBLISHING,
        Periodic(CHAIN.worker, CHAIN.run, lambda runtime: runtime.state.dependencies.settings.card_chain_seconds),
    ]
