"""The SQL of who has collected cards: their holders, or proxies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.handover.models import Collected, Handed
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
# A card is handed over once: the step is there for every one that ever was.
_COLLECTED = text(
    "SELECT c.card_id, c.citizen_id, k.proxy_id, k.mandate_id, m.document,"
    " EXISTS (SELECT FROM house_call v WHERE v.card_id = c.card_id AND v.state = 'done') AS at_home,"
    " p.site_id, p.name_ar, p.name_en, s.done_by, c.issued_at"
    " FROM card c LEFT JOIN card_collection k USING (card_id) LEFT JOIN mandate m ON m.mandate_id = k.mandate_id"
    " LEFT JOIN LATERAL (SELECT done_by, site_id FROM card_step WHERE card_id = c.card_id AND action = 'hand_over'"
    "  ORDER BY step_id DESC LIMIT 1) s ON true"
    " LEFT JOIN pickup_site p ON p.site_id = s.site_id"
    " WHERE c.card_id = :card_id AND c.issued_at IS NOT NULL"
)


async def lock_proxies(session: AsyncSession, marks: Iterable[bytes]) -> dict[bytes, UUID]:
    """The living citizens with these national ids (keyed hashes), their rows locked."""
    rows = await session.execute(_LOCK, {"marks": list(marks)})
    return {bytes(row.national_id_hash): row.citizen_id for row in rows}


async def count(session: AsyncSession, proxy_id: UUID, since: datetime) -> int:
    """How many cards of others a proxy has collected since an instant."""
    return int((await session.execute(_COUNT, {"proxy_id": proxy_id, "since": since})).scalar_one())


async def of_card(session: AsyncSession, card_id: UUID) -> Collected | None:
    """Who was given a card, None where nobody was."""
    row = (await session.execute(_COLLECTED, {"card_id": card_id})).one_or_none()
    return Collected(*row) if row else None


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
