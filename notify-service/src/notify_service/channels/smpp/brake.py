"""How fast a provider that says «slower» is handed parts: a pause that doubles while it does, and shrinks after."""

from __future__ import annotations

import asyncio
import random

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
EASED = 0.9  # what is left of the pause after each part that was taken


class Brake:
    """Of one line. Everybody on it waits for the pause before the next part."""

    def __init__(self) -> None:
        """Loose."""
        self._pause = 0.0
        self._until = 0.0

    async def wait(self) -> None:
        """Until the pause is over."""
        loop = asyncio.get_running_loop()
        while (left := self._until - loop.time()) > 0:  # noqa: ASYNC110 - it may have been pulled again meanwhile
            await asyncio.sleep(left * random.uniform(1, 1.2))

    def pull(self) -> None:
        """The provider wants less. Parts that were under way together count once."""
        now = asyncio.get_running_loop().time()
        if now < self._until:
            return
        self._pause = min(LONGEST_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, self._pause * 2))
        self._until = now + self._pause

    def ease(self) -> None:
        """The provider took a part."""
        self._pause *= EASED
