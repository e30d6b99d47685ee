"""Routes of providers and their terminals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from health_service.context import Running
from health_service.providers import repository, service
from health_service.providers.schemas import (
    ClinicTerminal,
    ClinicTerminalRequest,
    ClinicTerminalSuspensionRequest,
    Governorate,
    Provider,
    ProviderKind,
    ProviderPage,
    ProviderRequest,
)
from health_service.providers.service import (
    TERMINALS,
    ClinicSerialTaken,
    ClinicTerminalAlreadySuspended,
    ClinicTerminalNotSuspended,
    NoSuchClinicTerminal,
    ProviderUnknown,
)

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
    governorate: Annotated[Governorate | None, Query()] = None,
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


@routes.post(
    "/v1/clinic-terminals",
    scopes=Scope.PROVIDERS_WRITE,
    status_code=201,
    problems=(ProviderUnknown, ClinicSerialTaken),
    rows=Rows("clinic_terminal", "terminal_id"),
)
async def register_clinic_terminal(
    runtime: Running, body: ClinicTerminalRequest, caller: Caller, session: Work
) -> ClinicTerminal:
    """Assign a terminal to a provider; it can then be enrolled with a one-time code."""
    provider = await service.provider(session, caller, body.provider_id)
    made = await TERMINALS.register(session, runtime, caller, provider, body)
    return ClinicTerminal.model_validate(made)


@routes.get(
    "/v1/clinic-terminals/{terminal_id}",
    scopes=(Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE),
    problems=NoSuchClinicTerminal,
)
async def read_clinic_terminal(terminal_id: UUID, caller: Caller, session: Reading) -> ClinicTerminal:
    """One terminal."""
    return ClinicTerminal.model_validate(await TERMINALS.find(session, caller, terminal_id))


@routes.post(
    "/v1/clinic-terminals/{terminal_id}/suspension",
    scopes=Scope.PROVIDERS_WRITE,
    status_code=201,
    problems=(NoSuchClinicTerminal, ClinicTerminalAlreadySuspended),
    rows=Rows("clinic_terminal", "terminal_id"),
)
async def suspend_clinic_terminal(
    runtime: Running, terminal_id: UUID, body: ClinicTerminalSuspensionRequest, caller: Caller, session: Work
) -> ClinicTerminal:
    """Refuse a terminal everywhere, within a second."""
    changed = await TERMINALS.suspend(session, runtime, caller, terminal_id, body.reason)
    return ClinicTerminal.model_validate(changed)


@routes.delete(
    "/v1/clinic-terminals/{terminal_id}/suspension",
    scopes=Scope.PROVIDERS_WRITE,
    problems=(NoSuchClinicTerminal, ClinicTerminalNotSuspended),
    rows=Rows("clinic_terminal", "terminal_id"),
)
async def reinstate_clinic_terminal(
    runtime: Running, terminal_id: UUID, caller: Caller, session: Work
) -> ClinicTerminal:
    """Accept a suspended terminal again."""
    return ClinicTerminal.model_validate(await TERMINALS.reinstate(session, runtime, caller, terminal_id))
