"""Statements of lists of the register, put together of what is asked for: the planner sees no condition that is not."""

# ruff: noqa: S608 - a part of a statement takes only text of this module
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from card_service.cards.lifecycle import ENDED, IN_HAND, among
from card_service.registry.sealed_names import column
from chassis.area import BoundedStatement
from chassis.districts import CODE
from chassis.processing.restrictions import IN_FORCE

_AREA: Final = {"governorate": "h.governorate", "district": "h.district"}
_HEADS: Final = (
    "FROM citizen c JOIN card k USING (citizen_id) WHERE c.household_id = h.household_id AND c.role = 'head'"
)


def _rank(card: str) -> tuple[str, str, str]:
    """Which of a head's cards is shown, the highest: one in hand, one on its way, one that has ended; the newest."""
    stage = f"CASE WHEN {card}.state IN {among(IN_HAND)} THEN 2 WHEN {card}.state IN {among(ENDED)} THEN 0 ELSE 1 END"
    return stage, f"{card}.created_at", f"{card}.card_id"


_NO_OTHER: Final = (
    f"NOT EXISTS (SELECT FROM card b WHERE b.citizen_id = k.citizen_id"
    f" AND ({', '.join(_rank('b'))}) > ({', '.join(_rank('k'))}))"
)
CONDITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "governorate": "h.governorate = :governorate",
        "district": "h.district = :district",
        "unlisted": f"h.district !~ '{CODE}'",
        "household_ids": "h.household_id = ANY(CAST(:household_ids AS uuid[]))",
        "status": "h.status = :status",
        "size_from": "h.members >= :size_from",
        "size_to": "h.members <= :size_to",
        "registered_from": "h.registered_at >= :registered_from",
        "registered_before": "h.registered_at < :registered_before",
        "changed_from": "EXISTS (SELECT FROM register_change r WHERE r.household_id = h.household_id"
        " AND r.decided_at >= :changed_from)",
        "no_card": f"NOT EXISTS (SELECT {_HEADS})",
        "card_states": f"EXISTS (SELECT {_HEADS} AND k.state = ANY(CAST(:card_states AS text[])) AND {_NO_OTHER})",
        "site_id": f"EXISTS (SELECT {_HEADS} AND k.site_id = :site_id AND {_NO_OTHER})",
    }
)


@dataclass(frozen=True)
class Sort:
    """An order: the column, its value as a cursor has it, the parameter made a value again, and its direction."""

    column: str
    shown: str
    given: str
    descending: bool

    @property
    def order(self) -> str:
        """The ORDER BY; the id makes it total."""
        direction = " DESC" if self.descending else ""
        return f"ORDER BY {self.column}{direction}, h.household_id{direction}"

    @property
    def behind(self) -> str:
        """The condition that a row stands behind the cursor."""
        return f"({self.column}, h.household_id) {'<' if self.descending else '>'} ({self.given}, CAST(:id AS uuid))"


_BY: Final = {
    "registered": (
        "h.registered_at",
        "(extract(epoch FROM h.registered_at) * 1000000)::bigint::text",
        "timestamptz 'epoch' + CAST(CAST(:value AS text) AS bigint) * interval '1 microsecond'",
    ),
    "members": ("h.members", "h.members::text", "CAST(CAST(:value AS text) AS integer)"),
    "district": ("h.district", "h.district", "CAST(:value AS text)"),
}
SORTS: Final[Mapping[str, Sort]] = MappingProxyType(
    {f"{sign}{name}": Sort(*parts, bool(sign)) for name, parts in _BY.items() for sign in ("", "-")}
)
_RESTRICTED: Final = (
    f"EXISTS (SELECT FROM restriction r WHERE r.citizen_id = c.citizen_id AND {IN_FORCE.format(day=':today')})"
)
# Of a restricted person nothing but the household's own facts is read.
_WITH_HEAD: Final = f"""
    LEFT JOIN (SELECT c.*, {column("c")} AS name_kept, {_RESTRICTED} AS restricted FROM citizen c
        WHERE c.role = 'head') c ON c.household_id = h.household_id
    LEFT JOIN LATERAL (SELECT k.* FROM card k WHERE k.citizen_id = c.citizen_id
        ORDER BY {", ".join(f"{part} DESC" for part in _rank("k"))} LIMIT 1) k ON true
"""
_HOUSEHOLD: Final = "h.household_id, h.governorate, h.district, h.status, h.members, h.registered_at"
_HEAD: Final = (
    "c.citizen_id, c.name_kept, coalesce(c.restricted, false) AS restricted, k.card_id, k.number_sealed,"
    " k.state AS card_state, k.site_id"
)
_MORE: Final = "h.address, c.national_id_sealed, c.mobile_sealed, s.name_ar AS site_ar, s.name_en AS site_en"


def _where(names: frozenset[str]) -> str:
    return " AND ".join(["<bound>", *(CONDITIONS[name] for name in sorted(names))])


@lru_cache(maxsize=512)
def counting(names: frozenset[str]) -> BoundedStatement:
    """How many households there are that fulfil conditions."""
    return BoundedStatement(f"SELECT count(*) FROM household h WHERE {_where(names)}", **_AREA)


@lru_cache(maxsize=512)
def page(names: frozenset[str], sort: str, *, behind: bool) -> BoundedStatement:
    """A page: first the households of it, then their heads and cards. `behind`: it begins behind a cursor."""
    by = SORTS[sort]
    place = f" AND {by.behind}" if behind else ""
    return BoundedStatement(
        f"WITH page AS (SELECT h.* FROM household h WHERE {_where(names)}{place} {by.order} LIMIT :limit)"
        f" SELECT {_HOUSEHOLD}, {_HEAD}, {by.shown} AS place FROM page h {_WITH_HEAD} {by.order}",
        **_AREA,
    )


@lru_cache(maxsize=512)
def whole(names: frozenset[str], sort: str) -> BoundedStatement:
    """All of a list, with what a file of it has besides."""
    return BoundedStatement(
        f"SELECT {_HOUSEHOLD}, {_HEAD}, {_MORE} FROM household h {_WITH_HEAD}"
        f" LEFT JOIN pickup_site s ON s.site_id = k.site_id WHERE {_where(names)} {SORTS[sort].order}",
        **_AREA,
    )
