"""Identifiers: UUIDv7, so that rows written together lie together."""

from __future__ import annotations

import secrets
from typing import Final
from uuid import UUID, SafeUUID

import uuid_utils

_UNKNOWN: Final = SafeUUID.unknown


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562 §5.7): unique everywhere, ordered by the millisecond it was made in."""
    made = object.__new__(UUID)  # its own way of being made checks what comes here from no caller, at half the time
    object.__setattr__(made, "int", uuid_utils.uuid7().int)
    object.__setattr__(made, "is_safe", _UNKNOWN)
    return made


def random_digits(count: int) -> str:
    """So many decimal digits that nobody can guess: a code to be read out and typed."""
    return "".join(secrets.choice("0123456789") for _ in range(count))
