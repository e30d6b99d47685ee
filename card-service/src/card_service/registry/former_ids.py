"""National ids that citizens had until they were corrected: known for their bearers, refused for anybody else.

A person may decide that such a number was written wrongly and is another's: from then on it is nobody's former one.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# As a table `f` of statements; its columns are citizen_id and national_id_hash.
FORMER: Final = (
    "(SELECT citizen_id, national_id_hash FROM former_national_id was WHERE NOT EXISTS (SELECT FROM freed_national_id x"
    " WHERE x.citizen_id = was.citizen_id AND x.national_id_hash = was.national_id_hash)) f"
)
_FREE = text(
    "INSERT INTO freed_national_id (citizen_id, national_id_hash, change_id)"
    " SELECT f.citizen_id, f.national_id_hash, :change_id FROM former_national_id f JOIN citizen c USING (citizen_id)"
    " WHERE f.citizen_id = :citizen_id AND f.national_id_hash = :hash AND c.national_id_hash <> :hash"
    " ON CONFLICT DO NOTHING RETURNING citizen_id"
)


async def free(session: AsyncSession, citizen_id: UUID, national_id_hash: bytes, change_id: UUID) -> bool:
    """Let a former national id of a citizen be another's; False where it is none, or is free already."""
    values = {"citizen_id": citizen_id, "hash": national_id_hash, "change_id": change_id}
    return (await session.execute(_FREE, values)).scalar_one_or_none() is not None
