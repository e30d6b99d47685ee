"""A household as the register tells it (HouseholdState), in the form in which it is kept here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from chassis.districts import as_listed
from chassis.months import first_day
from contracts.household import HouseholdState
from supply_service.cards.pots import Columns
from supply_service.rules.sizes import Size

# Stands for a household in which nobody has ever counted: without any size its members would.
NONE_EVER = Size(date(2000, 1, 1), 0, 0)


def newest(states: Iterable[HouseholdState]) -> dict[UUID, HouseholdState]:
    """Of each household the state with the greatest revision."""
    found: dict[UUID, HouseholdState] = {}
    for state in states:
        known = found.get(state.household_id)
        if known is None or known.revision < state.revision:
            found[state.household_id] = state
    return found


def sizes_of(state: HouseholdState) -> tuple[Size, ...]:
    """The sizes of a state, oldest first, one where they change; never none."""
    found: list[Size] = []
    for one in state.sizes:
        size = Size(first_day(one.month), one.goods, one.bread)
        if not found or found[-1][1:] != size[1:]:
            found.append(size)
    return tuple(found) or (NONE_EVER,)


def columns(states: Sequence[HouseholdState], sizes: Mapping[UUID, Sequence[Size]]) -> tuple[Columns, Columns]:
    """Households, and their sizes, as columns."""
    households: Columns = {
        "household_id": [state.household_id for state in states],
        "governorate": [state.governorate for state in states],
        "district": [as_listed(state.governorate, state.district) for state in states],
        "issued_in": [state.governorate_of_issue for state in states],
        "members": [len(state.members) for state in states],
        "revision": [state.revision for state in states],
        "ration_card_mark": [state.ration_card_mark for state in states],
        "trial": [state.trial for state in states],
    }
    rows = [(household_id, size) for household_id, own in sizes.items() for size in own]
    return households, {
        "household_id": [household_id for household_id, _ in rows],
        "month": [size.month for _, size in rows],
        "goods": [size.goods for _, size in rows],
        "bread": [size.bread for _, size in rows],
    }
