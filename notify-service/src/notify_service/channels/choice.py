"""Which provider carries a message: by the range of its number, by priority, the next one where one is down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from notify_service.channels.channel import Channel

_USUAL_PARTS: Final = 2  # of a message in Arabic


class Channels:
    """The providers of this process, connected."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        """In any order."""
        self._channels = sorted(channels, key=lambda channel: (channel.priority, channel.name))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._channels)

    def batch(self, most: int, lanes: int) -> int:
        """How many messages a lane claims at once: what is urgent waits about a second for what all of them hold.

        So no more than the slowest line takes in a second, in messages of the usual length.
        """
        paced = [one.parts_per_second for one in self._channels if one.parts_per_second is not None]
        return max(1, min(most, int(min(paced) / lanes / _USUAL_PARTS))) if paced else most

    def of(self, number: str) -> list[Channel]:
        """Those that carry an E.164 number, in the order they are asked."""
        national = f"0{number.removeprefix('+20')}"
        return [one for one in self._channels if not one.prefixes or national.startswith(one.prefixes)]

    def best(self, number: str, down: Collection[str]) -> Channel | None:
        """The first that carries a number and is not down; None where there is none."""
        return next((one for one in self.of(number) if one.name not in down and one.up()), None)
