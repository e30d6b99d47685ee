"""Places on the map, and how far they are from each other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_METRES: Final = 6_371_000  # mean radius


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float

    def metres_to(self, other: Point) -> int:
        """The distance as the crow flies."""
        a, b = radians(self.latitude), radians(other.latitude)
        half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other.longitude - self.longitude) / 2) ** 2
        return round(2 * EARTH_METRES * asin(sqrt(half)))
