"""An access to a citizen's record, and the chain that makes tampering show."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Access:
    """Who looked at or changed a citizen's record, when, how and what for."""

    access_id: UUID
    citizen_id: UUID
    subject: str
    action: str
    purpose: str
    request_id: str
    accessed_at: datetime


def chained(previous: bytes, position: int, access: Access) -> bytes:
    """The hash of an entry: SHA-256 over the hash before it and all its fields, each with its length."""
    instant = access.accessed_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = (
        str(position),
        str(access.access_id),
        str(access.citizen_id),
        access.subject,
        access.action,
        access.purpose,
        access.request_id,
        instant,
    )
    digest = hashlib.sha256(previous)
    for value in fields:
        encoded = value.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.digest()
