"""Bureaus and their keys: who may read whole batches of names and numbers is entered by two persons."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.context import Runtime
from card_service.production import repository
from card_service.production.errors import BureauKeyInvalid, BureauKeyOver, BureauUnknown
from card_service.production.models import Bureau
from card_service.production.schemas import BureauIn, PublicKey
from card_service.proposals import PROPOSALS
from card_service.scopes import ensure_own
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.scopes import Scope


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, given: BureauIn) -> Proposal:
    """Propose a bureau, or another pair of keys of one. Raises BureauKeyInvalid, OutsideBound or ProposalOpen."""
    ensure_own(caller, given.governorate)
    if given.encryption_key.crv != "X25519" or given.signing_key.crv != "Ed25519":
        raise BureauKeyInvalid("X25519 to encrypt for, Ed25519 to check by.", detail_ar="راجع نوع المفاتيح.")
    for key in (given.encryption_key, given.signing_key):
        _ensure_key(key)
    subject = f"{given.governorate}:{given.name}"
    return await PROPOSALS.enter(
        session, runtime, caller, BUREAU, subject, given.model_dump(mode="json"), area=Area(given.governorate)
    )


def _ensure_key(key: PublicKey) -> None:
    try:
        OKPKey.import_key(key.model_dump())
    except (JoseError, ValueError) as error:
        raise BureauKeyInvalid(detail_ar="راجع المفاتيح المرسلة.") from error


async def in_force(session: AsyncSession, runtime: Runtime, caller: Principal, bureau_id: UUID) -> Bureau:
    """A bureau whose keys hold today. Raises BureauUnknown or BureauKeyOver."""
    bureau = caller.bound.own(await repository.find_bureau(session, bureau_id), BureauUnknown)
    if not bureau.valid_from <= runtime.clock.today() <= bureau.valid_to:
        raise BureauKeyOver(
            f"They hold from {bureau.valid_from} to {bureau.valid_to}.", detail_ar="سجل مفاتيح جديدة لجهة الطباعة."
        )
    return bureau


async def signing_keys(session: AsyncSession, runtime: Runtime, bureau_id: UUID) -> list[Mapping[str, str]]:
    """The keys by which returns of a bureau are checked today, also those that it rotated to since the batch."""
    today = runtime.clock.today()
    found = await repository.keys_of(session, bureau_id)
    return [one.signing_key for one in found if one.valid_from <= today <= one.valid_to]


async def _enter(session: AsyncSession, _: Runtime, proposal: Proposal, __: Principal) -> None:
    given = BureauIn.model_validate(proposal.content)
    values = {
        "bureau_id": new_id(),
        "name": given.name,
        "governorate": given.governorate,
        "encryption_key": given.encryption_key.model_dump_json(),
        "signing_key": given.signing_key.model_dump_json(),
        "valid_from": given.valid_from,
        "valid_to": given.valid_to,
        "proposal_id": proposal.proposal_id,
    }
    await repository.enter_bureau(session, values)


BUREAU: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="bureau", enters=Scope.PRODUCTION_WRITE, decides=Scope.PRODUCTION_APPROVE, execute=_enter)
)
