"""Routes of providers and their terminals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from chassis.app import router
from chassis.auth import Principal, requires
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.problems import responses
from chassis.runtime import get_runtime
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

Reader = Annotated[Principal, requires("providers:read", "providers:write")]
Writer = Annotated[Principal, requires("providers:write")]


@routes.post("/v1/providers", status_code=201)
async def register_provider(request: Request, body: ProviderRequest, caller: Writer, session: Work) -> Provider:
    """Register a family-medicine unit, hospital, laboratory, pharmacy or imaging centre."""
    return Provider.model_validate(await service.register_provider(session, get_runtime(request), caller, body))


@routes.get("/v1/providers")
async def list_providers(
    caller: Reader,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    governorate: Annotated[Governorate | None, Query()] = None,
    kind: ProviderKind | None = None,
) -> ProviderPage:
    """Providers, of a governorate or kind where given."""
    rows = await repository.providers(session, caller.bound, governorate, kind, page)
    return ProviderPage.of(page, [Provider.model_validate(row) for row in rows], lambda found: found.provider_id)


@routes.get("/v1/providers/{provider_id}", responses=responses(ProviderUnknown))
async def read_provider(provider_id: UUID, caller: Reader, session: Reading) -> Provider:
    """One provider."""
    return Provider.model_validate(await service.provider(session, caller, provider_id))


@routes.post("/v1/clinic-terminals", status_code=201, responses=responses(ProviderUnknown, ClinicSerialTaken))
async def register_clinic_terminal(
    request: Request, body: ClinicTerminalRequest, caller: Writer, session: Work
) -> ClinicTerminal:
    """Assign a terminal to a provider; it can then be enrolled with a one-time code."""
    provider = await service.provider(session, caller, body.provider_id)
    made = await TERMINALS.register(session, get_runtime(request), provider, body)
    return ClinicTerminal.model_validate(made)


@routes.get("/v1/clinic-terminals/{terminal_id}", responses=responses(NoSuchClinicTerminal))
async def read_clinic_terminal(
    terminal_id: UUID,
    caller: Annotated[Principal, requires("providers:read", "providers:write", "terminals:enrol")],
    session: Reading,
) -> ClinicTerminal:
    """One terminal."""
    return ClinicTerminal.model_validate(await TERMINALS.find(session, caller, terminal_id))


@routes.post(
    "/v1/clinic-terminals/{terminal_id}/suspension",
    status_code=201,
    responses=responses(NoSuchClinicTerminal, ClinicTerminalAlreadySuspended),
)
async def suspend_clinic_terminal(
    request: Request, terminal_id: UUID, body: ClinicTerminalSuspensionRequest, caller: Writer, session: Work
) -> ClinicTerminal:
    """Refuse a terminal everywhere, within a second."""
    changed = await TERMINALS.suspend(session, get_runtime(request), caller, terminal_id, body.reason)
    return ClinicTerminal.model_validate(changed)


@routes.delete(
    "/v1/clinic-terminals/{terminal_id}/suspension",
    responses=responses(NoSuchClinicTerminal, ClinicTerminalNotSuspended),
)
async def reinstate_clinic_terminal(
    request: Request, terminal_id: UUID, caller: Writer, session: Work
) -> ClinicTerminal:
    """Accept a suspended terminal again."""
    return ClinicTerminal.model_validate(await TERMINALS.reinstate(session, get_runtime(request), caller, terminal_id))
