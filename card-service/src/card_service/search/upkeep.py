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
from card_service.name_keys import NameKeys, born_in, born_on, mask, word
from card_service.registry import name_words, sealed_names
from card_service.registry import repository as register
from card_service.registry.models import Named
from card_service.search import repository
from card_service.tools import Tools
from chassis.periodic import Periodic

BATCH: Final = 1000
MAX_IDLE_SECONDS: Final = 1.0

Row = tuple[int, UUID, int]


def token_rows(keys: NameKeys, named: Named, full_name: str) -> list[Row]:
    """The tokens of a citizen: of each word of the name, of date and year of birth; none without a governorate."""
    if named.governorate is None:
        return []
    texts = [word(one) for one in name_words.tokens(full_name)]
    texts += [born_on(named.birth_date), born_in(named.birth_date.year)]
    tokens = sorted({keys.token(named.governorate, text) for text in texts})
    bits = mask(tokens)
    return [(token, named.citizen_id, bits) for token in tokens]


def _worked_out(tools: Tools, batch: Sequence[Named]) -> tuple[dict[UUID, bytes], list[Row]]:
    """What is to be sealed, and all tokens. CPU only."""
    sealed: dict[UUID, bytes] = {}
    rows: list[Row] = []
    for one in batch:
        full_name = sealed_names.opened(tools.vault, one.citizen_id, one.name_kept)
        if one.waits:
            sealed[one.citizen_id] = sealed_names.sealed(tools.vault, one.citizen_id, full_name)
        rows += token_rows(tools.name_keys, one, full_name)
    return sealed, rows


async def keep_names(runtime: Runtime) -> bool:
    """One batch; whether there is more to do at once."""
    tools = runtime.state.tools
    async with runtime.sessions() as session, session.begin():
        entries = await repository.waiting(session, BATCH)
        if not entries:
            return False
        batch = await register.lock_names(session, sorted({citizen_id for _, citizen_id in entries}))
        taken = {one.citizen_id for one in batch}
        sealed, rows = await asyncio.to_thread(_worked_out, tools, batch)
        if sealed:
            await register.seal_names(session, sealed)
        await repository.replace(session, sorted(taken), rows)
        await repository.done(session, [entry for entry, citizen_id in entries if citizen_id in taken])
    return bool(taken)


KEEPING: Final[Periodic[Runtime]] = Periodic(
    "names", keep_names, lambda runtime: runtime.state.tools.settings.card_job_poll_seconds, MAX_IDLE_SECONDS
)
