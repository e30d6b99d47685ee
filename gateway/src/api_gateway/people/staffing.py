"""Staffing: which acts nobody present could carry out (segregation of duties needs enough people). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from contracts.people import MACHINES_ONLY, PEOPLE
from contracts.scopes import Scope

# What one proposes and another decides: whoever holds both does only one of them with the same thing.
DECISIONS: Final[Mapping[Scope, Scope]] = MappingProxyType(
    {
        Scope.POLICIES_WRITE: Scope.POLICIES_APPROVE,
        Scope.DISPUTES_WRITE: Scope.DISPUTES_APPROVE,
        Scope.PAYOUTS_SUBMIT: Scope.PAYOUTS_APPROVE,
        Scope.FUNDS_WRITE: Scope.FUNDS_APPROVE,
        Scope.OPERATIONS_WRITE: Scope.OPERATIONS_APPROVE,
        Scope.KEYS_ROTATE: Scope.KEYS_APPROVE,
        Scope.CLIENTS_WRITE: Scope.CLIENTS_APPROVE,
        Scope.GRANTS_ASK: Scope.GRANTS_DECIDE,
        Scope.PRIVACY_WRITE: Scope.PRIVACY_WRITE,
    }
)
# Money belongs to an authority: another authority's people do not stand in.
_BY_AUTHORITY: Final = frozenset({Scope.PAYOUTS_SUBMIT, Scope.FUNDS_WRITE})


@dataclass(frozen=True)
class Post:
    """A role that somebody present has in an authority."""

    person_id: UUID
    role: str
    authority_id: str


@dataclass(frozen=True)
class Missing:
    """An act that nobody present could carry out: by its scope, in an authority where that matters, and why."""

    act: str
    reason: str
    authority_id: str | None = None


def missing(posts: Iterable[Post]) -> list[Missing]:
    """Every act that nobody present could carry out, in the order of scopes."""
    holders: dict[Scope, dict[UUID, set[str]]] = defaultdict(lambda: defaultdict(set))
    for post in posts:
        if post.role in PEOPLE:
            for scope in PEOPLE[post.role].scopes:
                holders[scope][post.person_id].add(post.authority_id)
    found = [
        Missing(str(scope), "nobody holds a role for it")
        for scope in Scope
        if scope not in MACHINES_ONLY and _in_some_role(scope) and not holders[scope]
    ]
    for makes, decides in DECISIONS.items():
        for authority in _authorities(makes, holders) if makes in _BY_AUTHORITY else (None,):
            makers, deciders = (_of(holders[scope], authority) for scope in (makes, decides))
            if makers and not any(one != other for one in makers for other in deciders):
                why = "whoever proposes it is the only one who could decide" if deciders else "nobody decides on it"
                found.append(Missing(f"{makes} → {decides}", why, authority))
    return found


def _in_some_role(scope: Scope) -> bool:
    return any(scope in role.scopes for role in PEOPLE.values())


def _authorities(scope: Scope, holders: Mapping[Scope, Mapping[UUID, set[str]]]) -> list[str]:
    return sorted({authority for places in holders[scope].values() for authority in places})


def _of(holders: Mapping[UUID, set[str]], authority: str | None) -> set[UUID]:
    return {person for person, places in holders.items() if authority is None or authority in places}
