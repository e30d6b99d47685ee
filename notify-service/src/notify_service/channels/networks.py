"""The network that gave a mobile number: its first three digits, and what they are called (`networks.yaml`). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from policybook.book import Confidence

OTHER: Final = "other"
_DIGITS: Final = 3


class _Networks(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=10)
    confidence: Confidence
    networks: Mapping[str, str]


def prefix_of(number: str) -> str:
    """The prefix of an E.164 number, `010`; `other` for one that no operator has."""
    prefix = f"0{number.removeprefix('+20')}"[:_DIGITS]
    return prefix if prefix in names() else OTHER


@cache
def names() -> Mapping[str, str]:
    """What the networks are called, by prefix."""
    raw = yaml.safe_load((resources.files("notify_service") / "data" / "networks.yaml").read_text("utf-8"))
    return _Networks.model_validate(raw).networks
