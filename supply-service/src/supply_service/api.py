"""All routes of supply-service."""

from __future__ import annotations

from approvals.api import routers_of
from contracts.scopes import Scope
from policybook.api import policies_router
from supply_service.beneficiaries.api import routes as beneficiaries
from supply_service.catalogue.api import routes as catalogue
from supply_service.configuration.api import routes as configuration
from supply_service.days.api import routes as days
from supply_service.disputes.api import routes as disputes
from supply_service.entitlements.api import routes as entitlements
from supply_service.flour.api import routes as flour
from supply_service.free_sales.api import routes as free_sales
from supply_service.gaps.api import routes as gaps
from supply_service.inspections.api import routes as inspections
from supply_service.legacy.api import routes as legacy
from supply_service.months.api import routes as months
from supply_service.offline.api import routes as offline
from supply_service.outlets.api import routes as outlets
from supply_service.own.api import routes as own
from supply_service.proposals import DESK, PROPOSALS
from supply_service.receipt_notices.api import routes as notices
from supply_service.redemptions.api import routes as redemptions
from supply_service.sacks.api import routes as sacks
from supply_service.settlements.api import routes as settlements
from supply_service.sheets.api import routes as sheets
from supply_service.simulations.api import routes as simulations

POLICIES = policies_router("/v1/policies", DESK, PROPOSALS, Scope.CATALOGUE_READ)
ROUTERS = (
    redemptions,
    free_sales,
    entitlements,
    own,
    offline,
    configuration,
    notices,
    disputes,
    gaps,
    sheets,
    days,
    flour,
    sacks,
    inspections,
    legacy,
    beneficiaries,
    months,
    settlements,
    outlets,
    catalogue,
    POLICIES,
    simulations,
    *routers_of("supply", PROPOSALS),
)
