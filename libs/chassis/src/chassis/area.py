"""Data-level authorisation: what a caller is bound to, where an object belongs, and the one comparison of the two.

A token says in its claims what its holder is bound to (`Bound`), an object says where it belongs (`Area`), and
`Bound.covers` alone compares. What is not the caller's is as if it were not there: 404, for writes as for reads; lists
leave it out (`BoundedStatement`). To create something elsewhere is refused with 403 (`OutsideBound`), since there is
nothing to hide yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, text

from chassis.refusals import Kind, Refusal

NATION = "*"
# What a token without the claim `gov` opens: nothing that belongs to a governorate. The nation must be said.
UNSAID = ""
NOWHERE = UUID(int=0)
# The narrowest thing that both name decides: whoever stands in an outlet is bound to it, not to its whole governorate.
_WITHIN = ("outlet_id", "provider_id", "site_id")


class OutsideBound(Refusal):
    """The caller may act in its own governorate only"""

    code = "outside_governorate_of_caller"
    title_ar = "غير مسموح بالعمل خارج المحافظة المحددة لك"
    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Area:
    """Where an object belongs.

    `governorate`: two-digit code of residence or of a place's site; None where it is the nation's or not known here, so
    that only those see it who are bound to none. Of the others those are named that objects of the kind have;
    `district` is a whole code, `35.02`.
    """

    governorate: str | None
    district: str | None = None
    outlet_id: UUID | None = None
    provider_id: UUID | None = None
    site_id: UUID | None = None
    authority: str | None = None


class Located(Protocol):
    """An object that says where it belongs."""

    @property
    def area(self) -> Area:
        """Where it belongs."""


class InGovernorate:
    """An object that belongs to the governorate named in its field `governorate`, and to nothing narrower."""

    __slots__ = ()
    governorate: str | None

    @property
    def area(self) -> Area:
        """Where it belongs."""
        return Area(self.governorate)


class OfDistrict:
    """An object that belongs to the district and the governorate named in its fields."""

    __slots__ = ()
    governorate: str | None
    district: str | None

    @property
    def area(self) -> Area:
        """Where it belongs."""
        return Area(self.governorate, self.district)


L = TypeVar("L", bound=Located)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a caller is bound to. `governorate` is a code or `NATION`; of the others those are named that bind."""

    governorate: str
    district: str | None = None
    outlet_id: UUID | None = None
    provider_id: UUID | None = None
    site_id: UUID | None = None
    authority: str | None = None

    @classmethod
    def of(cls, claims: Mapping[str, object]) -> Bound:
        """What a token's claims say: `gov` (`*`, `35` or `35.02` with a district), `outlet`, `provider`, `site`, `org`.

        A clinic's terminal names its provider in `outlet`. Raises ValueError, TypeError or AttributeError for what is
        no such claim.
        """
        area = str(claims.get("gov", UNSAID))
        governorate, _, within = area.partition(".")
        outlet = _id(claims, "outlet") or (NOWHERE if claims["kind"] == "terminal" else None)
        return cls(
            governorate=governorate,
            district=area if within else None,
            outlet_id=outlet,
            provider_id=_id(claims, "provider") or outlet,
            site_id=_id(claims, "site"),
            authority=None if claims.get("org") is None else str(claims["org"]),
        )

    def covers(self, area: Area) -> bool:
        """Whether what belongs there is the caller's."""
        if self.authority is not None and area.authority is not None and self.authority != area.authority:
            return False
        for name in _WITHIN:
            mine, its = getattr(self, name), getattr(area, name)
            if mine is not None and its is not None:
                return bool(mine == its)
        if self.governorate == NATION:
            return True
        return self.governorate == area.governorate and self.district in {None, area.district}

    def own(self, found: L | None, missing: type[Refusal]) -> L:
        """The object, if there is one and it is the caller's. Raises `missing`."""
        if found is None:
            raise missing
        self.hold(found.area, missing)
        return found

    def hold(self, area: Area, missing: type[Refusal]) -> None:
        """That what belongs there is the caller's. Raises `missing`."""
        if not self.covers(area):
            raise missing

    def ensure_covers(self, area: Area) -> None:
        """That something new may be put there. Raises OutsideBound."""
        if not self.covers(area):
            raise OutsideBound("This caller is bound to another area.", detail_ar="المكان المطلوب خارج نطاق صلاحيتك.")

    def ensure_contains(self, area: Area) -> None:
        """That another caller may be bound to this area, who then reaches no further than this one.

        `covers` lets who stands at a site see what belongs to none; a caller bound to none would see more.
        Raises OutsideBound.
        """
        self.ensure_covers(area)
        if any(getattr(self, name) not in {None, getattr(area, name)} for name in _WITHIN):
            raise OutsideBound(
                "Whoever is bound to a place gives rights at that place only.",
                detail_ar="من له نطاق محدد يمنح صلاحيات داخل نطاقه فقط.",
            )

    def over_all(self, central: str) -> Bound:
        """The bound as it is where the central authority acts for every other one."""
        return replace(self, authority=None) if self.authority == central else self

    @property
    def needs_district(self) -> bool:
        """Whether what is the caller's can be told by the district alone, so that a service must know it."""
        return self.district is not None and self.outlet_id is None and self.provider_id is None

    @property
    def only_governorate(self) -> str | None:
        """The one governorate whose objects may be the caller's, None for all.

        For statements that answer several callers at once, and for what is kept with a job that its caller gave.
        """
        return None if self.governorate == NATION else self.governorate

    def _conditions(self, columns: frozenset[str]) -> tuple[str, ...]:
        """Which of a statement's columns must equal the bound's, as `covers` compares; a missing one is `false`."""
        wanted = ("authority",) if self.authority is not None and "authority" in columns else ()
        for name in _WITHIN:
            if getattr(self, name) is not None and name in columns:
                return (*wanted, name)
        if self.governorate == NATION:
            return wanted
        return (*wanted, "governorate") if self.district is None else (*wanted, "governorate", "district")


NATIONAL = Bound(NATION)
OF_THE_NATION = Area(None)


class BoundedStatement:
    """A list's statement; `<bound>` stands where the rows are held against the caller's bound."""

    def __init__(self, sql: str, **columns: str) -> None:
        """`columns`: by the names of `Area`'s fields, the SQL for each of them that the rows have."""
        if "<bound>" not in sql or not set(columns) <= {field.name for field in fields(Area)}:
            raise ValueError("a bounded statement has <bound> in it, and columns named as an area's")
        self._sql = sql
        self._columns = columns
        self._names = frozenset(columns)
        self._for = cache(self._written)

    def within(self, bound: Bound, parameters: Mapping[str, object]) -> tuple[TextClause, dict[str, object]]:
        """The statement for a caller, and its parameters, as `session.execute` takes them."""
        names = bound._conditions(self._names)
        held = {f"bound_{name}": getattr(bound, name) for name in names if name in self._columns}
        return self._for(names), {**parameters, **held}

    def _written(self, names: tuple[str, ...]) -> TextClause:
        held = [f"{self._columns[name]} = :bound_{name}" if name in self._columns else "false" for name in names]
        return text(self._sql.replace("<bound>", f"({' AND '.join(held) or 'true'})"))


def _id(claims: Mapping[str, object], name: str) -> UUID | None:
    return UUID(str(claims[name])) if claims.get(name) else None
