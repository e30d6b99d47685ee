"""Every word the pages show, in Arabic and English: a module a desk, all of them one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from staff_console.words import (
    audit,
    campaigns,
    clients,
    common,
    complaints,
    disputes,
    facts,
    handover,
    imports,
    lock,
    messages,
    notices,
    oncall,
    outlets,
    payout_making,
    payouts,
    people,
    policies,
    production,
    proposals,
    refusals,
    registry,
    requests,
    rollout,
    settlements,
    shell,
    sites,
    staff,
)
from staff_console.words.nouns import NOUNS

__all__ = ["NOUNS", "TEXTS"]

_MODULES: Final = (
    common,
    campaigns,
    audit,
    clients,
    lock,
    people,
    registry,
    imports,
    handover,
    requests,
    payouts,
    production,
    payout_making,
    proposals,
    facts,
    oncall,
    complaints,
    messages,
    notices,
    refusals,
    rollout,
    settlements,
    shell,
    sites,
    outlets,
    disputes,
    staff,
    policies,
)
TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {name: both for module in _MODULES for name, both in module.TEXTS.items()}
)
