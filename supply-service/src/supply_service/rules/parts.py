"""Which of a signed sale's lines were booked and which stand in dispute: a line is taken back by its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from supply_service.rules.refusals import LineUnknown


class _Line(Protocol):
    @property
    def programme(self) -> str: ...

    @property
    def item(self) -> str: ...

    @property
    def quantity(self) -> int: ...


class Part(NamedTuple):
    """Where the two parts of a signed line are: its place among the booked lines, and among the disputed ones."""

    booked: int | None
    disputed: int | None


def parts(signed: Sequence[_Line], booked: Sequence[_Line], disputed: Sequence[_Line]) -> list[Part]:
    """The parts of each signed line. Both lists keep their order, and miss those of which they have nothing.

    A line was booked as far as its floor had room, so that of equal lines the first ones are the booked ones.
    """
    found = []
    at, beside = 0, 0
    for line in signed:
        here = at < len(booked) and _same(booked[at], line) and booked[at].quantity <= line.quantity
        left = line.quantity - (booked[at].quantity if here else 0)
        found.append(Part(at if here else None, beside if left and beside < len(disputed) else None))
        at += here
        beside += bool(left)
    return found


def chosen(of: Sequence[Part], only: Collection[int] | None) -> tuple[list[int], list[int]]:
    """The places of the chosen lines (all where `only` is None) among those booked and those in dispute.

    Raises LineUnknown.
    """
    if only is not None and max(only) >= len(of):
        raise LineUnknown(f"The sale has {len(of)} lines.", detail_ar=f"عدد بنود العملية {len(of)}")
    picked = [part for place, part in enumerate(of) if only is None or place in only]
    return (
        [part.booked for part in picked if part.booked is not None],
        [part.disputed for part in picked if part.disputed is not None],
    )


def _same(one: _Line, other: _Line) -> bool:
    return (one.programme, one.item) == (other.programme, other.item)
