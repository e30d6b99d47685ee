"""Reading the policy files: YAML rows with defaults, checked strictly, so that a typing error stops the start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from health_service.policies.book import Confidence, Policy

Word = Annotated[str, Field(min_length=1, max_length=200)]


class PolicyFileError(ValueError):
    """A policy file cannot be used; the message names file, row and member."""


class PolicyRow(BaseModel):
    """A policy as it is written in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=100)]
    scope: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Annotated[str, Field(pattern=r"^[^=,]{1,100}$")]] = {}
    value: JsonValue
    effective_from: date
    effective_to: date | None = None
    legal_reference: Word
    source: Annotated[str, Field(min_length=1, max_length=500)]
    confidence: Confidence
    entered_by: Word
    approved_by: Word | None
    note: Annotated[str, Field(max_length=1000)] = ""

    @model_validator(mode="after")
    def _check(self) -> PolicyRow:
        if self.value is None:
            raise ValueError("a value is needed")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        if _has_float(self.value):
            raise ValueError("write decimals as text, never as a floating-point number")
        return self


def read_policies(folder: Path) -> list[Policy]:
    """Every policy in a folder's files. Raises PolicyFileError."""
    policies: list[Policy] = []
    for path in sorted(folder.glob("*.yaml")):
        document = _document(path)
        defaults = document.get("defaults", {})
        for number, row in enumerate(document.get("policies", ()), 1):
            policies.append(_parse({**defaults, **row}, f"{path.name}, row {number}"))
    _refuse_overlaps(policies)
    return policies


def scope_text(scope: Mapping[str, str]) -> str:
    """A scope as one text, the same however it was written: `category=casual,part=head`."""
    return ",".join(f"{name}={scope[name]}" for name in sorted(scope))


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PolicyFileError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise PolicyFileError(f"{path.name}: a mapping is needed")
    return document


def _parse(row: Any, where: str) -> Policy:
    try:
        return Policy(**dict(PolicyRow.model_validate(row)))
    except ValidationError as error:
        first = error.errors()[0]
        raise PolicyFileError(f"{where}: {'.'.join(map(str, first['loc']))} {first['msg']}") from error


def _refuse_overlaps(policies: list[Policy]) -> None:
    last: dict[tuple[str, str], Policy] = {}
    for policy in sorted(policies, key=lambda p: p.effective_from):
        ground = (policy.key, scope_text(policy.scope))
        before = last.get(ground)
        if before is not None and (before.effective_to is None or before.effective_to >= policy.effective_from):
            raise PolicyFileError(f"{policy.key} {ground[1]}: two rows hold on {policy.effective_from}")
        last[ground] = policy


def _has_float(value: JsonValue) -> bool:
    if isinstance(value, list):
        return any(_has_float(member) for member in value)
    if isinstance(value, dict):
        return any(_has_float(member) for member in value.values())
    return isinstance(value, float)
