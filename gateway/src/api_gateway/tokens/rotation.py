"""Rotation of the signing keys by two persons. What time brings needs nobody: `Issuer.keep`."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.proposals import PROPOSALS
from api_gateway.tokens import repository
from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import OF_THE_NATION
from chassis.principal import Principal
from contracts.scopes import Scope

_SUBJECT: Final = "signing-keys"


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, reason: str) -> Proposal:
    """Propose that the next key be made. Raises RotationPending, OutsideBound or ProposalOpen."""
    await runtime.state.issuer.refresh(session)
    runtime.state.issuer.ensure_none_pending()
    content = await _keys(session)
    return await PROPOSALS.enter(
        session, runtime, caller, ROTATION, _SUBJECT, content, area=OF_THE_NATION, reason=reason
    )


async def _keys(session: AsyncSession) -> JsonValue:
    """Which keys there are: a rotation is decided upon these, and void once there is another one."""
    keys: list[JsonValue] = [key.kid for key in await repository.keys(session)]
    return {"keys": keys}


async def _keys_now(session: AsyncSession, _: Runtime, __: Proposal) -> JsonValue:
    return await _keys(session)


async def _rotate(session: AsyncSession, runtime: Runtime, _: Proposal, __: Principal) -> None:
    await runtime.state.issuer.rotate(session)


ROTATION: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="signing-key",
        enters=Scope.KEYS_ROTATE,
        decides=Scope.KEYS_APPROVE,
        execute=_rotate,
        content_now=_keys_now,
    )
)
