"""Canonical JSON of what is proposed, and its digest (SHA-256): whether it is still what somebody has seen. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import orjson
from pydantic import JsonValue


def canonical(content: JsonValue) -> str:
    """The one text of a content: members in order of their names, no spaces, UTF-8.

    Raises ValueError for floating-point numbers, which have several texts (decimals are written as text), and for
    texts that cannot be kept.
    """
    if any(isinstance(part, float) for part in _parts(content)):
        raise ValueError("write decimals as text, never as a floating-point number")
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:
        raise ValueError(str(error)) from error


def digest_of(text: str) -> bytes:
    """SHA-256 of a canonical text, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def _parts(content: JsonValue) -> Iterator[JsonValue]:
    yield content
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for part in inner:
        yield from _parts(part)
