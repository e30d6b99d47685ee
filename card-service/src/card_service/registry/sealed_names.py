"""Names at rest: sealed, or in clear where a version before this one wrote them and nobody has sealed them yet."""

from __future__ import annotations

from uuid import UUID

from card_service.sealing import NAME
from chassis.sealing import Vault, is_sealed


def column(citizen: str) -> str:
    """The SQL for a citizen's name as it is kept; `citizen` is the table's alias. `opened` reads it."""
    return (
        f"CASE WHEN {citizen}.full_name = '…' THEN {citizen}.full_name_sealed"
        f" ELSE convert_to({citizen}.full_name, 'UTF8') END"
    )


def sealed(vault: Vault, citizen_id: UUID, full_name: str) -> bytes:
    """A name as it is to be kept."""
    return vault.seal(citizen_id, full_name.encode(), NAME)


def opened(vault: Vault, citizen_id: UUID, kept: bytes) -> str:
    """The name in clear. Raises chassis.sealing.SealBroken."""
    return (vault.open(citizen_id, kept, NAME) if is_sealed(kept) else kept).decode()
