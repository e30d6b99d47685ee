"""Identifiers: UUIDv7, so that rows written together lie together."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562 §5.7): unique everywhere, ordered by the millisecond it was made in."""
    return uuid_utils.compat.uuid7()
