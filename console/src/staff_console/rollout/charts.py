"""Charts drawn on the server: bars of a funnel, columns of weeks. Pure: numbers in, places of rectangles out.

A chart repeats what the table beneath it says; it begins at the page's own side, right in Arabic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WIDTH: Final = 720
_LABELS: Final = 190  # for the words before the bars
_NUMBERS: Final = 90  # for the numbers behind them
_ROW: Final = 34
_BAR: Final = 20
_HEIGHT: Final = 180
_FOOT: Final = 26
_GAP: Final = 3
_MOST_LABELS: Final = 8


@dataclass(frozen=True)
class Bar:
    """A bar or column: its rectangle, and where its words stand. `kind` chooses its colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    number: int
    label_x: float = 0
    number_x: float = 0
    text_y: float = 0


@dataclass(frozen=True)
class Chart:
    """The bars of a chart, as wide and high as its view."""

    width: int
    height: int
    bars: Sequence[Bar]


def funnel(steps: Sequence[tuple[str, int]], *, rtl: bool) -> Chart:
    """Steps with their numbers as bars under one another, each as long as its share of the largest."""
    most = max([number for _, number in steps] + [1])
    room = _WIDTH - _LABELS - _NUMBERS
    bars = []
    for row, (label, number) in enumerate(steps):
        length, top = round(room * number / most, 1), row * _ROW
        bars.append(
            Bar(
                x=_at(_LABELS, length, rtl=rtl),
                y=top + (_ROW - _BAR) / 2,
                width=length,
                height=_BAR,
                kind=label,
                label=label,
                number=number,
                label_x=_at(0, 0, rtl=rtl),
                number_x=_at(_LABELS + length + 8, 0, rtl=rtl),
                text_y=top + _ROW / 2 + 5,
            )
        )
    return Chart(_WIDTH, _ROW * len(steps), bars)


def columns(periods: Sequence[tuple[str, Sequence[tuple[str, int]]]], *, rtl: bool) -> Chart:
    """Periods with some numbers each, as columns beside one another; only as many periods are named as have room."""
    most = max([number for _, numbers in periods for _, number in numbers] + [1])
    step = _WIDTH / max(len(periods), 1)
    every = -(-len(periods) // _MOST_LABELS)
    bars = []
    for place, (period, numbers) in enumerate(periods):
        width = min((step - 2 * _GAP) / max(len(numbers), 1), 28)
        for order, (kind, number) in enumerate(numbers):
            height = round((_HEIGHT - 10) * number / most, 1)
            begins = place * step + _GAP + order * width
            bars.append(
                Bar(
                    x=_at(begins, width, rtl=rtl),
                    y=round(_HEIGHT - height, 1),
                    width=round(max(width - 1, 1), 1),
                    height=height,
                    kind=kind,
                    label=period if order == 0 and place % every == 0 else "",
                    number=number,
                    label_x=_at(place * step + _GAP, 0, rtl=rtl),
                    text_y=_HEIGHT + _FOOT - 8,
                )
            )
    return Chart(_WIDTH, _HEIGHT + _FOOT, bars)


def _at(start: float, width: float, *, rtl: bool) -> float:
    """Where something begins that is so wide and lies so far from the page's own side."""
    return round(_WIDTH - start - width if rtl else start, 1)
