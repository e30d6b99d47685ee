"""Dated figures. No rule's number stands in code: it is a row of `policy.yaml` that holds from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

_FILE = Path(__file__).with_name("policy.yaml")


class PolicyRow(BaseModel):
    """One value of one key, from `effective_from` until the next row of the key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    unit: str
    value: int | str
    effective_from: date
    legal_reference: str
    confidence: str


@dataclass(frozen=True)
class Policy:
    """The figures of every day."""

    rows: Sequence[PolicyRow]

    @classmethod
    def load(cls, path: Path = _FILE) -> Policy:
        """Read and validate the file."""
        rows = TypeAdapter(list[PolicyRow]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
        return cls(sorted(rows, key=lambda row: row.effective_from))

    def number(self, key: str, day: date) -> int:
        """The whole number that holds on a day. Raises LookupError where there is none."""
        value = self._value(key, day)
        if not isinstance(value, int):
            raise LookupError(f"{key} is not a number")
        return value

    def word(self, key: str, day: date) -> str:
        """The word that holds on a day. Raises LookupError where there is none."""
        value = self._value(key, day)
        if not isinstance(value, str):
            raise LookupError(f"{key} is not a word")
        return value

    def _value(self, key: str, day: date) -> int | str:
        holding = [row.value for row in self.rows if row.key == key and row.effective_from <= day]
        if not holding:
            raise LookupError(f"no {key} on {day}")
        return holding[-1]
