"""The book of policies: which value was in force on a day, for whom. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from policybook.expression import BadExpression, Number, evaluate

Confidence = Literal["sourced", "conflicting", "inferred", "unverified", "chosen"]
Value = JsonValue | Decimal
MAX_DEPTH = 8
MOST = 10**15  # of any figure, either side of zero: far beyond sums of money here, well within what databases keep
_DECIMAL = re.compile(r"-?[0-9]{1,16}([.][0-9]{1,16})?")


class PolicyMissing(LookupError):
    """No approved policy gives the value asked for on that day."""


class PolicyInvalid(ValueError):
    """A policy's value is not of the kind the rule needs."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One dated value. `effective_to` is its last day; without `approved_by` it is on record but not in force."""

    key: str
    scope: Mapping[str, str]
    value: JsonValue
    expression: str | None
    effective_from: date
    effective_to: date | None
    legal_reference: str
    source: str
    confidence: Confidence
    entered_by: str
    approved_by: str | None
    note: str = ""
    policy_id: UUID | None = None

    def in_force(self, on: date) -> bool:
        """Whether it is approved and holds on the day."""
        return (
            self.approved_by is not None
            and self.effective_from <= on
            and (self.effective_to is None or on <= self.effective_to)
        )

    @property
    def ground(self) -> tuple[str, str]:
        """Key and scope: what only one row decides on any day."""
        return self.key, scope_text(self.scope)


@dataclass(frozen=True)
class PolicyBook:
    """All policies at one moment. Asking it never touches the database."""

    policies: tuple[Policy, ...]
    version: int = 0
    _by_key: dict[str, list[Policy]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[str, list[Policy]] = {}
        for policy in self.policies:
            by_key.setdefault(policy.key, []).append(policy)
        object.__setattr__(self, "_by_key", by_key)

    @staticmethod
    def of(policies: Iterable[Policy], version: int = 0) -> PolicyBook:
        """A book of the given rows."""
        return PolicyBook(tuple(policies), version)

    def entered(self, policies: Iterable[Policy]) -> PolicyBook:
        """The book as it will be with rows put in force: a row that holds on their first day ends the day before."""
        rows = list(self.policies)
        for policy in policies:
            rows = [_ended_by(row, policy) for row in rows] + [policy]
        return PolicyBook(tuple(rows), self.version)

    def rows(self, key: str) -> list[Policy]:
        """Every row of a key, approved or not, whenever it holds."""
        return self._by_key.get(key, [])

    def in_force(self, key: str, on: date) -> list[Policy]:
        """Every approved row of a key that holds on the day, whatever its scope."""
        return [policy for policy in self.rows(key) if policy.in_force(on)]

    def value(self, key: str, on: date, **scope: str) -> Value:
        """The value of the narrowest row whose scope agrees with the one asked for. Raises PolicyMissing."""
        return self.resolve(self.row(key, on, **scope), on, scope)

    def row(self, key: str, on: date, **scope: str) -> Policy:
        """The row that decides. Raises PolicyMissing, or PolicyInvalid where two rows claim the same ground."""
        fitting = [p for p in self.in_force(key, on) if p.scope.items() <= scope.items()]
        if not fitting:
            raise PolicyMissing(f"no approved policy {key} ({scope_text(scope) or 'everywhere'}) on {on}")
        narrowest = max(len(p.scope) for p in fitting)
        deciding = [p for p in fitting if len(p.scope) == narrowest]
        if len(deciding) > 1:
            raise PolicyInvalid(f"{len(deciding)} policies {key} decide the same case on {on}")
        return deciding[0]

    def resolve(self, policy: Policy, on: date, scope: Mapping[str, str], depth: int = 0) -> Value:
        """A row's value on a day: its constant, or its expression over other policies of that day."""
        if policy.expression is None:
            return policy.value
        if depth >= MAX_DEPTH:
            raise PolicyInvalid(f"{policy.key} refers to itself")

        def lookup(name: str) -> Number:
            found = self.resolve(self.row(name, on, **scope), on, scope, depth + 1)
            return number(found, name)

        try:
            return evaluate(policy.expression, lookup)
        except BadExpression as error:
            raise PolicyInvalid(f"{policy.key}: {error}") from error


def _ended_by(row: Policy, policy: Policy) -> Policy:
    first, last = policy.effective_from, row.effective_to
    if row.ground != policy.ground or row.effective_from >= first or (last is not None and last < first):
        return row
    return replace(row, effective_to=first - timedelta(days=1))


def scope_text(scope: Mapping[str, str]) -> str:
    """A scope as one text, the same however it was written: `item=sugar,programme=goods`."""
    return ",".join(f"{name}={scope[name]}" for name in sorted(scope))


def number(value: Value, what: str) -> Number:
    """A value as a number; decimals are written as text in the books: digits and a point. Raises PolicyInvalid.

    Not whatever Python reads as one (`1_000`, ` 7 `, `٧`, `1e3`), and nothing that no sum of money has.
    """
    found: Number | None = None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        found = value
    elif isinstance(value, str) and _DECIMAL.fullmatch(value):
        found = Decimal(value)
    if found is None or not -MOST <= found <= MOST:
        raise PolicyInvalid(f"{what} is no number up to {MOST}, written with digits and a point")
    return found
