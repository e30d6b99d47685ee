"""Kinds of proposals: what a service has decided by two persons, and what is carried out when it is approved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.model import Proposal, Terms
from chassis.principal import Principal
from chassis.runtime import Resources
from contracts.scopes import Scope

R = TypeVar("R", bound=Resources)
# A kind that needs no more than every service has is a kind of each of them.
R_contra = TypeVar("R_contra", bound=Resources, contravariant=True)

Execute = Callable[[AsyncSession, R_contra, Proposal, Principal], Awaitable[None]]
Released = Callable[[AsyncSession, R_contra, Proposal], Awaitable[None]]
Beside = Callable[[AsyncSession, R_contra, Proposal], Awaitable[JsonValue]]
ContentNow = Callable[[AsyncSession, R_contra, Proposal], Awaitable[JsonValue]]


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[R_contra]):
    """A kind of proposal, known by its `name`.

    `enters` and `decides`: the scopes of those who propose and of those who decide; `reads`: of others who may see
    who did what. `execute` carries it out in the
    transaction of the last approval, for the principal who gave it; a refusal it raises undoes the approval.
    `content_now` tells what would be proposed of the object as it is at the decision: where that is another content,
    the decision is refused. `beside` tells what else whoever decides should know, as it is when the proposal is
    read; it is no part of what is decided. `released` hears that it was refused, withdrawn or has expired.
    `whose` tells which citizen it is about, so that the record of whoever reads or decides it names them.

    `listed`: whether the routes of proposals show and decide it; one that is not has routes of its object's own, as
    where more than scope and area says who may see it.
    """

    name: str
    enters: Scope
    decides: Scope
    reads: tuple[Scope, ...] = ()
    execute: Execute[R_contra]
    content_now: ContentNow[R_contra] | None = None
    beside: Beside[R_contra] | None = None
    released: Released[R_contra] | None = None
    listed: bool = True
    whose: Callable[[Proposal], UUID | None] | None = None

    def seen_by(self, caller: Principal) -> bool:
        """Whether a caller may see proposals of this kind."""
        return not caller.scopes.isdisjoint({self.enters, self.decides, *self.reads})


class Kinds(Generic[R]):
    """A service's kinds of proposals, and the terms its policies give on a day."""

    def __init__(self, terms: Callable[[R, str, date], Terms], *kinds: Kind[R]) -> None:
        """`terms` looks a kind's terms up. Raises ValueError where two kinds have one name."""
        self._terms = terms
        self._kinds: dict[str, Kind[R]] = {}
        for kind in kinds:
            self.declare(kind)

    def declare(self, kind: Kind[R]) -> Kind[R]:
        """Add a kind, before the routes of proposals are made. Raises ValueError where its name is taken."""
        if kind.name in self._kinds:
            raise ValueError(f"there is a kind of proposals called {kind.name} already")
        self._kinds[kind.name] = kind
        return kind

    def __iter__(self) -> Iterator[Kind[R]]:
        return iter(self._kinds.values())

    def __getitem__(self, name: str) -> Kind[R]:
        return self._kinds[name]

    def terms(self, runtime: R, kind: str, day: date) -> Terms:
        """The terms of a kind on a day. Raises PolicyMissing where the policies do not give them."""
        return self._terms(runtime, kind, day)

    def open_to(self, caller: Principal) -> list[str]:
        """The names of the kinds that a caller may see in lists."""
        return [kind.name for kind in self._listed if kind.seen_by(caller)]

    def shows(self, caller: Principal, name: str) -> bool:
        """Whether a caller may see proposals of the kind of this name."""
        return name in self._kinds and self._kinds[name].seen_by(caller)

    @property
    def _listed(self) -> list[Kind[R]]:
        return [kind for kind in self if kind.listed]

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes by which any of the listed kinds is seen."""
        return tuple(dict.fromkeys(one for kind in self._listed for one in (kind.enters, kind.decides, *kind.reads)))

    @property
    def deciding(self) -> tuple[Scope, ...]:
        """The scopes by which any of the listed kinds is decided."""
        return tuple(dict.fromkeys(kind.decides for kind in self._listed))

    @property
    def entering(self) -> tuple[Scope, ...]:
        """The scopes by which any of the listed kinds is proposed."""
        return tuple(dict.fromkeys(kind.enters for kind in self._listed))
