"""Medians, percentiles and how they are written."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def percentile(ranked: Sequence[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed; 0 where there are none."""
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)] if ranked else 0.0


def median(values: Sequence[float]) -> float:
    """The middle of the rounds."""
    return statistics.median(values)


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median with the least and the most of the rounds."""
    least, most = min(values), max(values)
    return f"**{_number(median(values), digits)}** ({_number(least, digits)}–{_number(most, digits)})"


def per_second(value: float) -> str:
    """A rate without decimals."""
    return _number(value, 0)


def milliseconds(value: float) -> str:
    """A time in milliseconds, with a decimal where it is small."""
    return _number(value, 1 if value < 100 else 0)


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"
