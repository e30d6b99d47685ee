"""Which payouts and hand-overs are asked about. Pure."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Final
from uuid import UUID

from notify_service.spot_checks.models import About

_BYTES: Final = 8
_ALL: Final[int] = 1 << (8 * _BYTES)


def drawn(about: About, subject: UUID, share: Decimal) -> bool:
    """Whether something is of the sample: its id alone decides, so that anybody can draw the same sample again.

    Whatever is of a small share is of every larger one.
    """
    digest = hashlib.sha256(f"unicard.spot-check/{about}/{subject}".encode()).digest()
    return int.from_bytes(digest[:_BYTES]) < share * _ALL
