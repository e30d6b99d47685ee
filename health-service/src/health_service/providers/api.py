"""Routes of providers and their terminals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.places import GovernorateCode
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from health_service.context import Running
from health_service.providers import repository, service
from health_service.providers.schemas import (
    ClinicTerminal,
    ClinicTerminalPage,
    ClinicTerminalRequest,
    ClinicTerminalSuspensionRequest,
    Provider,
    ProviderKind,
    ProviderPage,
    ProviderRequest,
)
from health_service.providers.service import CONTACTS, TERMINALS, ProviderUnknown
from terminal_registry.contacts import PlaceContact, PlaceContactIn
from terminal_registry.routes import Wire, add_terminal_routes

routes = router(tags=["providers"])


@routes.post("/v1/providers", scopes=Scope.PROVIDERS_WRITE, status_code=201, rows=Rows("provider", "provider_id"))
async def register_provider(runtime: Running, body: ProviderRequest, caller: Caller, session: Work) -> Provider:
    """Register a family-medicine unit, hospital, laboratory, pharmacy or imaging centre."""
    return Provider.model_validate(await service.register_provider(session, runtime, caller, body))


@routes.get("/v1/providers", scopes=(Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE))
async def list_providers(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    kind: ProviderKind | None = None,
) -> ProviderPage:
    """Providers, of a governorate or kind where given."""
    rows = await repository.providers(session, caller.bound, governorate, kind, page)
    return ProviderPage.of(page, [Provider.model_validate(row) for row in rows], lambda found: found.provider_id)


@routes.get(
    "/v1/providers/{provider_id}", scopes=(Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE), problems=ProviderUnknown
)
async def read_provider(provider_id: UUID, caller: Caller, session: Reading) -> Provider:
    """One provider."""
    return Provider.model_validate(await service.provider(session, caller, provider_id))


@routes.put(
    "/v1/providers/{provider_id}/contact",
    scopes=Scope.PROVIDERS_WRITE,
    problems=ProviderUnknown,
    rows=Rows("provider", "provider_id", without=("contact",)),
)
async def put_provider_contact(
    runtime: Running, provider_id: UUID, body: PlaceContactIn, caller: Caller, session: Work
) -> PlaceContact:
    """Say how a provider is reached: a message tells of every new key of its terminals."""
    provider = await service.provider(session, caller, provider_id)
    vault = runtime.state.contacts
    return await CONTACTS.put(session, vault, provider_id, provider["governorate"], body)


CLINIC_TERMINAL_WIRE = Wire(
    "/v1/clinic-terminals",
    "clinic_terminal",
    "a provider",
    given=ClinicTerminalRequest,
    suspension=ClinicTerminalSuspensionRequest,
    terminal=ClinicTerminal,
    page=ClinicTerminalPage,
    reads=Scope.PROVIDERS_READ,
    writes=Scope.PROVIDERS_WRITE,
)
add_terminal_routes(routes, TERMINALS, CLINIC_TERMINAL_WIRE, service.provider, ProviderUnknown)
