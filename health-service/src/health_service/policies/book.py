"""The policies as a book to look things up in: which value was in force on a day, for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from pydantic import JsonValue

Confidence = Literal["sourced", "conflicting", "inferred", "unverified", "chosen"]
CONFIDENCES: tuple[str, ...] = get_args(Confidence)


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
    effective_from: date
    effective_to: date | None
    legal_reference: str
    source: str
    confidence: Confidence
    entered_by: str
    approved_by: str | None
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Whether it is approved and holds on the day."""
        return (
            self.approved_by is not None
            and self.effective_from <= on
            and (self.effective_to is None or on <= self.effective_to)
        )


@dataclass(frozen=True)
class PolicyBook:
    """All policies at one moment. Asking it never touches the database."""

    policies: tuple[Policy, ...]
    _by_key: dict[str, list[Policy]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[str, list[Policy]] = {}
        for policy in self.policies:
            by_key.setdefault(policy.key, []).append(policy)
        object.__setattr__(self, "_by_key", by_key)

    @staticmethod
    def of(policies: Iterable[Policy]) -> PolicyBook:
        """A book of the given rows."""
        return PolicyBook(tuple(policies))

    def approved(self, key: str) -> list[Policy]:
        """Every approved row of a key, whenever it holds."""
        return [policy for policy in self._by_key.get(key, ()) if policy.approved_by is not None]

    def in_force(self, key: str, on: date) -> list[Policy]:
        """Every approved row of a key that holds on the day, whatever its scope."""
        return [policy for policy in self._by_key.get(key, ()) if policy.in_force(on)]

    def value(self, key: str, on: date, **scope: str) -> JsonValue:
        """The value of the narrowest row whose scope agrees with the one asked for. Raises PolicyMissing."""
        found = self.find(key, on, **scope)
        if found is None:
            where = ", ".join(f"{name}={value}" for name, value in sorted(scope.items()))
            raise PolicyMissing(f"no approved policy {key} ({where or 'everywhere'}) on {on}")
        return found.value

    def find(self, key: str, on: date, **scope: str) -> Policy | None:
        """The row that decides, or None. Raises PolicyInvalid where two rows claim the same ground."""
        fitting = [policy for policy in self.in_force(key, on) if policy.scope.items() <= scope.items()]
        if not fitting:
            return None
        narrowest = max(len(policy.scope) for policy in fitting)
        deciding = [policy for policy in fitting if len(policy.scope) == narrowest]
        if len(deciding) > 1:
            raise PolicyInvalid(f"{len(deciding)} policies {key} decide the same case on {on}")
        return deciding[0]
