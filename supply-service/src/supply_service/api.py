"""All routes of supply-service."""

from __future__ import annotations

from supply_service.catalogue.api import routes as policies
from supply_service.days.api import routes as days
from supply_service.entitlements.api import routes as entitlements
from supply_service.offline.api import routes as offline
from supply_service.outlets.api import routes as outlets
from supply_service.redemptions.api import routes as redemptions
from supply_service.settlements.api import routes as settlements

ROUTERS = (redemptions, entitlements, offline, days, settlements, outlets, policies)
