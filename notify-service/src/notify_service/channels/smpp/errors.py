"""What the code behind `err:` of a receipt means, by the table a provider writes it from (`receipt_errors.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from policybook.book import Confidence

_CODE: Final = re.compile(r"\berr:\s*([0-9a-z]{1,8})\b", re.IGNORECASE)


class ErrorTable(BaseModel):
    """A provider's table: where it was published, and our word for each of its codes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=10)
    confidence: Confidence
    note: str = Field(min_length=10)
    codes: Mapping[str | int, str]

    def reasons(self) -> dict[str, str]:
        """Our word by the code as receipts are read."""
        return {_plain(str(code)): reason for code, reason in self.codes.items()}


@cache
def tables() -> Mapping[str, ErrorTable]:
    """All tables by their names."""
    raw = yaml.safe_load((resources.files("notify_service") / "data" / "receipt_errors.yaml").read_text("utf-8"))
    return {name: ErrorTable.model_validate(table) for name, table in raw.items()}


def reasons_of(table: str | None) -> Mapping[str, str]:
    """Our words by code; none of a provider whose table is not known."""
    return tables()[table].reasons() if table else {}


def reason_in(text: str, reasons: Mapping[str, str]) -> str | None:
    """Our word for the code in a receipt's text, None where there is none."""
    found = _CODE.search(text)
    return reasons.get(_plain(found[1])) if found else None


def _plain(code: str) -> str:
    """One form of a code: small letters, no zeros before it."""
    return code.lower().lstrip("0")
