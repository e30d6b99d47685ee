"""Cards as they are typed or scanned into a form: their ids, one a line. Pure."""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def listed(typed: str) -> list[str] | None:
    """The cards of a field, each once, in the order they were scanned; None where a line is no card's id."""
    lines = [line.lower() for line in typed.split()]
    return list(dict.fromkeys(lines)) if all(_ID.fullmatch(line) for line in lines) else None
