"""The register told again, as its rows stand: households with their members, and how citizens are reached."""

# ruff: noqa: S608 - a part of a statement takes only text of the modules around it
from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.registry import names, repository, sealed_names, telling
from card_service.sealing import MOBILE
from chassis.contact import Contact
from chassis.restating.teller import Restatement
from contracts.card import ContactRestated, HouseholdRestated

# Whoever joins or leaves a household locks its row, before the event that tells of it is written.
_HOUSEHOLDS = text(
    "SELECT h.household_id, h.governorate, h.district, h.members, h.revision, coalesce((SELECT json_agg("
    "json_build_object('citizen_id', c.citizen_id, 'is_head', c.role = 'head',"
    " 'birth_year', extract(year FROM c.birth_date)::int) ORDER BY c.role <> 'head', c.citizen_id)"
    " FROM citizen c WHERE c.household_id = h.household_id)::text, '[]') AS citizens"
    " FROM household h WHERE h.household_id = ANY(CAST(:keys AS uuid[])) ORDER BY h.household_id"
)
_CONTACTS = text(
    f"SELECT c.citizen_id, c.household_id, {sealed_names.column('c')} AS name_kept,"
    " c.mobile_sealed, c.mobile_usable, h.governorate, c.mobile_new_until"
    " FROM citizen c JOIN household h USING (household_id)"
    " WHERE c.citizen_id = ANY(CAST(:keys AS uuid[])) ORDER BY c.citizen_id"
)


async def _households(
    session: AsyncSession, runtime: Runtime, keys: Sequence[UUID], restatement_id: UUID
) -> Sequence[HouseholdRestated]:
    rows = (await session.execute(_HOUSEHOLDS, {"keys": list(keys)})).mappings()
    states = await telling.states(session, runtime.state.dependencies, await repository.find_households(session, keys))
    return [
        HouseholdRestated.model_validate(
            {**row, "citizens": orjson.loads(row["citizens"]), "state": state, "restatement_id": restatement_id}
        )
        for row, state in zip(rows, states, strict=True)
    ]


async def _contacts(
    session: AsyncSession, runtime: Runtime, keys: Sequence[UUID], restatement_id: UUID
) -> Sequence[ContactRestated]:
    deps = runtime.state.dependencies
    told = []
    for row in await session.execute(_CONTACTS, {"keys": list(keys)}):
        mobile = deps.vault.open(row.citizen_id, row.mobile_sealed, MOBILE).decode() if row.mobile_usable else None
        told.append(
            ContactRestated(
                restatement_id=restatement_id,
                citizen_id=row.citizen_id,
                household_id=row.household_id,
                sealed=Contact(
                    names.given_name(sealed_names.opened(deps.vault, row.citizen_id, row.name_kept)), mobile
                ).seal(deps.contacts, row.citizen_id),
                governorate=row.governorate,
                new_until=row.mobile_new_until if mobile else None,
            )
        )
    return told


HOUSEHOLDS: Final[Restatement[Runtime]] = Restatement(
    restated=HouseholdRestated, table="household", key="household_id", events=_households
)
CONTACTS: Final[Restatement[Runtime]] = Restatement(
    restated=ContactRestated,
    table="citizen",
    key="citizen_id",
    where="household_id IS NOT NULL AND mobile_sealed IS NOT NULL",  # of nobody else a contact was told
    events=_contacts,
)
