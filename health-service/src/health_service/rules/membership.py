"""On which days a person belongs to a household, from what was told in any order. Pure.

Facts are a set: days on which the person joined, days on which the person left, and whether the newest list of the
household names the person. The order in which they come and their repeats change nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from health_service.rules.standing import add_months


class Stay(NamedTuple):
    """Days of one membership: from `first` on, before `end`; None: open on that side."""

    first: date | None
    end: date | None


ALWAYS = (Stay(None, None),)


def stays(
    joined: Collection[date], left: Collection[date], listed: bool | None, listed_since: date | None = None
) -> Sequence[Stay]:
    """The memberships of a person in a household, oldest first.

    `listed`: whether the newest list of the household names the person, None where there was none; `listed_since`:
    since when, as far as the list says. Whoever leaves is no member from that day on. Of whom nobody told that they
    joined were entered with the household: members since ever.
    """
    if not joined and not left:
        return () if listed is False else ALWAYS
    found: list[Stay] = []
    first: date | None = None
    inside = False
    for day, leaves in sorted({(day, False) for day in joined} | {(day, True) for day in left}):
        if leaves and (inside or not found):
            found.append(Stay(first, day))
            inside = False
        elif not leaves and not inside:
            first, inside = day, True
    if inside and listed is not False:
        found.append(Stay(first, None))
    elif not inside and listed and listed_since is not None and listed_since >= max(left):
        found.append(Stay(listed_since, None))
    return tuple(stay for stay in found if stay.first is None or stay.end is None or stay.first < stay.end)


def uninsured(spans: Sequence[tuple[date, date | None]] | None) -> Sequence[Stay]:
    """Days on which a member does not count for health, from the months in which they do, oldest first.

    `spans`: first days of the first and the last month (None: open); None: nothing was told. Before the first month
    nobody is kept out: who joined in the middle of a month is a patient from that day.
    """
    if spans is None:
        return ()
    if not spans:
        return ALWAYS
    ends = [None if last is None else add_months(last, 1) for _, last in spans]
    starts: list[date | None] = [first for first, _ in spans[1:]]
    gaps = [Stay(end, start) for end, start in zip(ends, [*starts, None], strict=True) if end is not None]
    return tuple(gap for gap in gaps if gap.end is None or (gap.first is not None and gap.first < gap.end))


def covers(found: Sequence[Stay], day: date) -> bool:
    """Whether one of the memberships holds on a day."""
    return any((one.first is None or one.first <= day) and (one.end is None or day < one.end) for one in found)


def as_text(found: Sequence[Stay]) -> str:
    """Days as the database keeps them, a `datemultirange`."""
    return "{" + ",".join(f"[{one.first or ''},{one.end or ''})" for one in found) + "}"
