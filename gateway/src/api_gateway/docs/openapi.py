"""The OpenAPI of the whole API, as `python -m tools.merge_openapi` has merged it from the services' own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson

MERGED = Path(__file__).parents[1] / "openapi.json"


@cache
def merged() -> bytes:
    """The document as it is sent. Raises FileNotFoundError where `make setup` or the image's build has not run."""
    return MERGED.read_bytes()


def document() -> dict[str, Any]:
    """The document."""
    parsed: dict[str, Any] = orjson.loads(merged())
    return parsed
