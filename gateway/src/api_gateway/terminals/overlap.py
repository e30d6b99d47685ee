"""One key used from two places at once: a copied terminal. No I/O.

A terminal moves from address to address, as mobile networks give them. One that is back at an address it had left for
another only a while ago has not moved: two devices take turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta


def taking_turns(uses: Mapping[str, datetime], address: str, now: datetime, within: timedelta) -> bool:
    """Whether another address was in use between this one's last use and now. `uses`: when each was last seen."""
    before = uses.get(address)
    if before is None or before < now - within:
        return False
    return any(before < at <= now for other, at in uses.items() if other != address)
