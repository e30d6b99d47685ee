"""What a refusal says beyond its title is said in both languages, for clerks, shops, clinics and payers alike."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from chassis.refusals import Refusal

ROOT = Path(__file__).parents[2]
MEMBERS = {
    "payment_service": "payment-service",
    "notify_service": "notify-service",
    "policybook": "libs/policies",
    "chassis": "libs/chassis",
    "card_service": "card-service",
    "supply_service": "supply-service",
    "health_service": "health-service",
    "approvals": "libs/approvals",
    "terminal_registry": "libs/terminals",
    "api_gateway": "gateway",
}
# What type a body has, how a token is asked for and a key is made, what is done on the host: read by technicians.
BY_TECHNICIANS = {
    "NotAcceptable", "UnsupportedMedia", "TokenRequestInvalid", "ClientRefused", "AssertionReplayed",
    "GrantUnsupported", "HostRefused",
    "ScopeRefused", "InvalidToken", "MalformedRequest", "MethodNotAllowed", "CallerKindRefused", "InsufficientScope",
    "KeyInvalid", "KeyTaken", "RotationPending", "RequestTimedOut", "UpgradeRequired", "HeadersTooLarge",
}  # fmt: skip


@cache
def kinds() -> frozenset[str]:
    """The names of all refusals that the services declare."""
    for member in MEMBERS:
        for module in walk_packages(import_module(member).__path__, f"{member}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    found, left = set[str](), [Refusal]
    while left:
        for kind in left.pop().__subclasses__():
            if kind.__module__.partition(".")[0] in MEMBERS:  # tests declare some of their own
                found.add(kind.__name__)
            left.append(kind)
    return frozenset(found - BY_TECHNICIANS)


def in_english_alone(source: str) -> Iterator[ast.Call]:
    """Every refusal made with a detail of ours that has no Arabic beside it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
            name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            if name in kinds() and not any(one.arg in {"detail_ar", None} for one in node.keywords):
                yield node


@pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS)
def test_details_are_said_in_both_languages(member: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)[:80]}"
        for path in sorted((ROOT / member / "src").rglob("*.py"))
        for call in in_english_alone(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_one_in_english_alone_is_found() -> None:
    assert len(kinds()) > 200
    assert len(list(in_english_alone('raise RequestState("It is done.")'))) == 1
    assert not list(in_english_alone('raise RequestState("It is done.", detail_ar="تم.")'))
