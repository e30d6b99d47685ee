"""How much of a group of items a household may have."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from policybook.book import PolicyInvalid, Value
from policybook.kinds import Steps, whole


class GrantName(BaseModel):
    """What a grant is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ar: str
    en: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a group of items a household may have in a month."""

    per_person: int | None
    per_card: int | None
    by_members: Steps | None

    @staticmethod
    def of(value: Value, what: str) -> Limit:
        """Read `{"per_person": 1, "per_card": 4}` or steps by the number of members."""
        if not isinstance(value, dict):
            raise PolicyInvalid(f"{what}: per_person, per_card or steps are needed")
        if "steps" in value:
            return Limit(None, None, Steps.of(value, what))
        figures = {name: whole(value[name], what) for name in ("per_person", "per_card") if name in value}
        if not figures:
            raise PolicyInvalid(f"{what}: per_person, per_card or steps are needed")
        return Limit(figures.get("per_person"), figures.get("per_card"), None)

    def units(self, members: int) -> int:
        """The most units for a household of that size."""
        if self.by_members is not None:
            return self.by_members.at(members)
        bounds = [self.per_person * members if self.per_person is not None else None, self.per_card]
        return min(bound for bound in bounds if bound is not None)
