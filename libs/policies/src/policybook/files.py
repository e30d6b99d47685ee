"""Policy files: YAML rows with defaults, checked strictly, so that a typing error stops the start by file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from yaml.constructor import SafeConstructor

from chassis.text import unreadable
from policybook.book import MOST, Confidence, Policy, PolicyBook
from policybook.keys import Keys

M = TypeVar("M", bound=BaseModel)
USUAL = Path(__file__).parent / "data"
Word = Annotated[str, Field(min_length=1, max_length=200)]


class PolicyFileError(ValueError):
    """A policy file cannot be used; the message names file, line and member."""


class PolicyEntry(BaseModel):
    """What a policy says, however it comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=100)]
    scope: dict[
        Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Annotated[str, Field(pattern=r"^[^,=\x00-\x1f]{1,100}$")]
    ] = {}
    value: JsonValue = None
    expression: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    effective_from: date
    effective_to: date | None = None
    legal_reference: Word
    source: Annotated[str, Field(min_length=1, max_length=500)]
    confidence: Confidence
    note: Annotated[str, Field(max_length=1000)] = ""
    on_record: Annotated[bool, Field(description="no rule reads it; the row is kept for the record")] = False

    @model_validator(mode="after")
    def _check(self) -> PolicyEntry:
        if (self.value is None) == (self.expression is None):
            raise ValueError("either value or expression")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        if fault := _odd(self.value):
            raise ValueError(fault)
        return self

    def policy(self, entered_by: str, approved_by: str | None) -> Policy:
        """The row for the book."""
        said = {name: value for name, value in self if name in Policy.__dataclass_fields__}
        return Policy(**said | {"entered_by": entered_by, "approved_by": approved_by})


class PolicyRow(PolicyEntry):
    """A policy as it is written in a file."""

    entered_by: Word
    approved_by: Word | None


def read_policies(folder: Path, keys: Keys, *, beside: frozenset[str] = frozenset()) -> list[Policy]:
    """Every policy in a folder's files; those named `beside` are no policies.

    Of keys that every service has and the folder says nothing of, the library's own rows hold.

    Raises PolicyFileError for a row that no rule reads and that is not on record, for one whose value is not of its
    key's kind, where two rows hold on one day, and where a key has no value on a day it is needed.
    """
    policies: list[Policy] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in beside:
            policies.extend(_policies(path, keys))
    policies.extend(_usual(keys, {policy.key for policy in policies}))
    _refuse_overlaps(policies)
    if missing := list(keys.gaps(PolicyBook.of(policies))):
        raise PolicyFileError("; ".join(missing))
    return policies


def _usual(keys: Keys, said: Set[str]) -> Iterator[Policy]:
    """The library's rows of keys that these are declared among and of which nothing is said."""
    for path in sorted(USUAL.glob("*.yaml")):
        for _, row in read_rows(path, "policies", PolicyRow):
            policy = row.policy(row.entered_by, row.approved_by)
            if policy.key not in said and keys.reads(policy):
                yield policy


def _policies(path: Path, keys: Keys) -> Iterator[Policy]:
    for where, row in read_rows(path, "policies", PolicyRow):
        policy = row.policy(row.entered_by, row.approved_by)
        if fault := keys.fault(policy, on_record=row.on_record):
            raise PolicyFileError(f"{where}: {fault}")
        yield policy


def read_rows(path: Path, member: str, model: type[M], *, filled: bool = True) -> Iterator[tuple[str, M]]:
    """The rows of a file under `member`, `filled` up from its `defaults`, each with file and line. PolicyFileError."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
        document = SafeConstructor().construct_document(tree) if isinstance(tree, yaml.MappingNode) else None
    except (OSError, yaml.YAMLError) as error:
        raise PolicyFileError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(document, Mapping) or not isinstance(tree, yaml.MappingNode):
        raise PolicyFileError(f"{path.name}: a mapping is needed")
    nodes = next((value.value for name, value in tree.value if name.value == member), ())
    for node, row in zip(nodes, document.get(member) or (), strict=True):
        where = f"{path.name}, line {node.start_mark.line + 1}"
        try:
            yield where, model.model_validate({**(document.get("defaults", {}) if filled else {}), **row})
        except ValidationError as error:
            first = error.errors()[0]
            raise PolicyFileError(f"{where}: {'.'.join(map(str, first['loc']))} {first['msg']}") from error


def _refuse_overlaps(policies: list[Policy]) -> None:
    last: dict[tuple[str, str], Policy] = {}
    for policy in sorted(policies, key=lambda p: p.effective_from):
        before = last.get(policy.ground)
        if before is not None and (before.effective_to is None or before.effective_to >= policy.effective_from):
            raise PolicyFileError(f"{' '.join(policy.ground)}: two rows hold on {policy.effective_from}")
        last[policy.ground] = policy


def _odd(value: JsonValue) -> str | None:
    """What in a value no book can keep as it is said, whatever its key's kind; a row on record has none."""
    if isinstance(value, dict | list):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return next(filter(None, map(_odd, inner)), None)
    if isinstance(value, float):
        return "write decimals as text, never as a floating-point number"
    if isinstance(value, int) and abs(value) > MOST:
        return f"a number is at most {MOST}"
    return "a text has characters that are none" if isinstance(value, str) and unreadable(value) else None
