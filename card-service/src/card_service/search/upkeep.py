"""Keeping names: seals those that stand in clear and makes the tokens of whoever is new, renamed or has moved.

Triggers let citizens wait (`name_pending`), whichever version of the service wrote them; this job takes them in
batches, each one transaction, so that it may be stopped at any moment and goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from card_service.context import Runtime
from card_service.dependencies import Dependencies, TokenRow
from card_service.registry import repository as register
from card_service.registry import sealed_names
from card_service.registry.models import Named
from card_service.registry.name_tokens import token_rows
from card_service.search import repository
from chassis.periodic import Periodic

BATCH: Final = 1000
MAX_IDLE_SECONDS: Final = 1.0


def _worked_out(deps: Dependencies, batch: Sequence[Named]) -> tuple[dict[UUID, bytes], list[TokenRow]]:
    """What is to be sealed, and all tokens. CPU only."""
    sealed: dict[UUID, bytes] = {}
    rows: list[TokenRow] = []
    for one in batch:
        full_name = sealed_names.opened(deps.vault, one.citizen_id, one.name_kept)
        if one.waits:
            sealed[one.citizen_id] = sealed_names.sealed(deps.vault, one.citizen_id, full_name)
        rows += token_rows(deps.name_keys, one.governorate, one.citizen_id, full_name, one.birth_date)
    return sealed, rows


async def keep_names(runtime: Runtime) -> bool:
    """One batch; whether there is more to do at once."""
    deps = runtime.state.dependencies
    async with runtime.sessions() as session, session.begin():
        entries = await repository.waiting(session, BATCH)
        if not entries:
            return False
        batch = await register.lock_names(session, sorted({citizen_id for _, citizen_id in entries}))
        taken = {one.citizen_id for one in batch}
        sealed, rows = await asyncio.to_thread(_worked_out, deps, batch)
        if sealed:
            await register.seal_names(session, sealed)
        await repository.replace(session, sorted(taken), rows)
        await repository.done(session, [entry for entry, citizen_id in entries if citizen_id in taken])
    return bool(taken)


KEEPING: Final[Periodic[Runtime]] = Periodic(
    "names", keep_names, lambda runtime: runtime.state.dependencies.settings.card_job_poll_seconds, MAX_IDLE_SECONDS
)
