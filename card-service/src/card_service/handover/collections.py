"""The SQL of cards that proxies have collected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.handover.models import Handed
from chassis.row_arrays import statement

# In one order, so that hand-overs of several lanes wait for each other and never in a circle.
_LOCK = text(
    "SELECT national_id_hash, citizen_id FROM citizen"
    " WHERE national_id_hash = ANY(CAST(:marks AS bytea[])) AND life = 'alive'"
    " ORDER BY citizen_id FOR NO KEY UPDATE"
)
_COUNT = text("SELECT count(*) FROM card_collection WHERE proxy_id = :proxy_id AND collected_at > :since")
_PUT = statement(
    "INSERT INTO card_collection (card_id, proxy_id, mandate_id, site_id, handed_over_by, collected_at)"
    " SELECT r.card_id, r.proxy_id, r.mandate_id, r.site_id, r.handed_over_by, r.collected_at FROM <rows>",
    card_id="uuid",
    proxy_id="uuid",
    mandate_id="uuid",
    site_id="uuid",
    handed_over_by="text",
    collected_at="timestamptz",
)


async def lock_proxies(session: AsyncSession, marks: Iterable[bytes]) -> dict[bytes, UUID]:
    """The living citizens with these national ids (keyed hashes), their rows locked."""
    rows = await session.execute(_LOCK, {"marks": list(marks)})
    return {bytes(row.national_id_hash): row.citizen_id for row in rows}


async def count(session: AsyncSession, proxy_id: UUID, since: datetime) -> int:
    """How many cards of others a proxy has collected since an instant."""
    return int((await session.execute(_COUNT, {"proxy_id": proxy_id, "since": since})).scalar_one())


async def put(session: AsyncSession, done: Sequence[Handed]) -> None:
    """Keep who collected cards for their holders."""
    kept = [(one.collection, one.wish) for one in done if one.collection is not None]
    if not kept:
        return
    values: dict[str, list[object]] = {
        "card_id": [one.card_id for one, _ in kept],
        "proxy_id": [one.proxy_id for one, _ in kept],
        "mandate_id": [one.mandate_id for one, _ in kept],
        "site_id": [one.site_id for one, _ in kept],
        "handed_over_by": [wish.caller.subject for _, wish in kept],
        "collected_at": [wish.now for _, wish in kept],
    }
    await session.execute(_PUT, values)
