"""Declared keys: what a rule reads, of which kind, in which scope, and from which day on a row must hold. Pure.

A key is declared once, by the code that reads it:

    KEYS = Keys(needed_from=date(2023, 6, 1))
    LOAF_PRICE = KEYS.declare("bread.price", whole, "What a loaf costs the citizen, in piastres.")
    ...
    price = LOAF_PRICE.on(book, day)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from policybook.book import Policy, PolicyBook, PolicyInvalid, PolicyMissing, Value
from policybook.expression import BadExpression, names

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Kind = Callable[[Value, str], T_co]
Scope = Mapping[str, str]


@dataclass(frozen=True)
class Key(Generic[T_co]):
    """A policy that a rule reads. `scope` are the members it may be narrowed by, `needed_for` the cases that need it.

    A key that is needed for no case may be missing: the rule works without it. A `monthly` one changes with a
    month only.
    """

    name: str
    kind: Kind[T_co]
    sentence: str
    scope: frozenset[str] = frozenset()
    needed_for: tuple[Scope, ...] = ({},)
    monthly: bool = False

    def on(self, book: PolicyBook, day: date, **scope: str) -> T_co:
        """The value in force on a day. Raises PolicyMissing, or PolicyInvalid where it is not of the key's kind."""
        return self.kind(book.value(self.name, day, **scope), self.name)

    def find(self, book: PolicyBook, day: date, **scope: str) -> T_co | None:
        """The value in force on a day, None where no row holds. Raises PolicyInvalid."""
        try:
            return self.on(book, day, **scope)
        except PolicyMissing:
            return None

    def row(self, book: PolicyBook, day: date, **scope: str) -> tuple[T_co, Policy]:
        """The value in force on a day with the row that gives it. Raises PolicyMissing or PolicyInvalid."""
        policy = book.row(self.name, day, **scope)
        return self.kind(book.resolve(policy, day, scope), self.name), policy

    def each(self, book: PolicyBook, day: date) -> Iterator[tuple[Scope, T_co]]:
        """The values of all rows in force on a day with their scopes. Raises PolicyInvalid."""
        for policy in book.in_force(self.name, day):
            if self.reads(policy):
                yield policy.scope, self.kind(book.resolve(policy, day, policy.scope), self.name)

    def approved(self, book: PolicyBook) -> Iterator[tuple[Scope, T_co]]:
        """The values of all approved rows, whenever they hold, with their scopes. Raises PolicyInvalid."""
        for policy in book.rows(self.name):
            if policy.approved_by is not None and self.reads(policy):
                yield policy.scope, self.kind(book.resolve(policy, policy.effective_from, policy.scope), self.name)

    def by(self, member: str, book: PolicyBook, day: date) -> dict[str, T_co]:
        """The values in force on a day by one member of their scope; rows that do not name it are left out."""
        return {scope[member]: value for scope, value in self.each(book, day) if member in scope}

    def reads(self, policy: Policy) -> bool:
        """Whether the rule can ever come upon the row: it asks for no other members of a scope than it names."""
        return policy.key == self.name and policy.scope.keys() <= self.scope


class Keys:
    """All keys that a service reads."""

    def __init__(self, needed_from: date, *others: Keys) -> None:
        """`needed_from`: the first day the service judges by; `others`: keys declared elsewhere, taken over."""
        self.needed_from = needed_from
        self._keys: dict[str, Key[object]] = {}
        for key in (key for other in others for key in other):
            self._add(key)

    def declare(
        self,
        name: str,
        kind: Kind[T],
        sentence: str,
        *,
        scope: Iterable[str] = (),
        needed_for: Iterable[Scope] = ({},),
        monthly: bool = False,
    ) -> Key[T]:
        """Declare a key. Raises ValueError where another one has the name."""
        key = Key(name, kind, sentence, frozenset(scope), tuple(needed_for), monthly)
        self._add(key)
        return key

    def _add(self, key: Key[object]) -> None:
        if key.name in self._keys:
            raise ValueError(f"the key {key.name} is declared twice")
        self._keys[key.name] = key

    def __iter__(self) -> Iterator[Key[object]]:
        return iter(self._keys.values())

    def reads(self, policy: Policy) -> bool:
        """Whether a rule reads the row; where none does, it is on record only."""
        key = self._keys.get(policy.key)
        return key is not None and key.reads(policy)

    def fault(self, policy: Policy, *, on_record: bool) -> str | None:
        """What is wrong with a row by itself: the words, None where nothing is."""
        key = self._keys.get(policy.key)
        reads = self.reads(policy)
        if key is None and not on_record:
            return f"{policy.key} is a key that no rule reads; mark the row `on_record: true` or mend the key"
        if key is not None and not reads and not on_record:
            unknown = ", ".join(sorted(policy.scope.keys() - key.scope))
            return f"{policy.key} is never asked for by {unknown}; mark the row `on_record: true` or mend the scope"
        if reads and on_record:
            return f"{policy.key} is read by a rule; it cannot be on record only"
        if key is not None and reads and key.monthly and not whole_months(policy):
            return f"{policy.key} changes on the 1st of a month only"
        try:
            if policy.expression is not None:
                if reads and (strange := names(policy.expression) - self._keys.keys()):
                    return f"{policy.key}: no rule declares {', '.join(sorted(strange))}"
            elif key is not None and reads:
                key.kind(policy.value, policy.key)
        except (PolicyInvalid, BadExpression) as error:
            return str(error)
        return None

    def gaps(self, book: PolicyBook, since: date | None = None) -> Iterator[str]:
        """Every case of a key without a usable value on some day from `since` on, in words; a day for each change."""
        since = max(since or self.needed_from, self.needed_from)
        for key in self:
            for scope in key.needed_for:
                for day in changes(book.policies, since):
                    try:
                        key.on(book, day, **scope)
                    except (PolicyMissing, PolicyInvalid) as error:
                        yield str(error)
                        break


def whole_months(policy: Policy) -> bool:
    """Whether a row holds from the 1st of a month, to the last day of one or for ever."""
    last = policy.effective_to
    if last is not None and last < date.max and (last + timedelta(days=1)).day != 1:
        return False
    return policy.effective_from.day == 1


def changes(policies: Iterable[Policy], since: date) -> list[date]:
    """The days from `since` on on which rows begin to hold or have ceased to, and `since` itself."""
    days = {since}
    for policy in policies:
        days.add(policy.effective_from)
        if policy.effective_to is not None and policy.effective_to < date.max:
            days.add(policy.effective_to + timedelta(days=1))
    return sorted(day for day in days if day >= since)
