"""The pages: server-rendered, Arabic first, whole without scripts. One stylesheet serves both directions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.scopes import Scope
from staff_console.pages import formats
from staff_console.services.rights import OPENS
from staff_console.words import NOUNS, TEXTS

_HERE: Final = Path(__file__).parent
_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Entry:
    """A desk in the menu: where it is, which text names it, and which rights open it."""

    path: str
    text: str
    scopes: frozenset[str]


MENU: Final = (
    Entry("/console/approvals", "approvals", OPENS),
    Entry("/console/handover", "handover", frozenset({Scope.CARDS_HANDOVER})),
    Entry("/console/today", "today", frozenset({Scope.CARDS_HANDOVER, Scope.SITES_WRITE})),
    Entry("/console/rollout", "rollout", frozenset({Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE})),
    Entry(
        "/console/people",
        "people",
        frozenset(
            {Scope.CITIZENS_READ, Scope.CITIZENS_WRITE, Scope.CARDS_HANDOVER, Scope.CARDS_REPORT, Scope.CARDS_WRITE}
        ),
    ),
    Entry("/console/registry", "registry", frozenset({Scope.CITIZENS_READ, Scope.CITIZENS_WRITE})),
    Entry("/console/imports", "imports", frozenset({Scope.CITIZENS_IMPORT, Scope.REQUESTS_WRITE})),
    Entry("/console/exports", "exports", frozenset({Scope.CITIZENS_READ, Scope.CITIZENS_WRITE})),
    Entry(
        "/console/requests",
        "requests",
        frozenset({Scope.REQUESTS_READ, Scope.REQUESTS_WRITE, Scope.REQUESTS_APPROVE}),
    ),
    Entry("/console/production", "production", frozenset({Scope.PRODUCTION_WRITE, Scope.PRODUCTION_APPROVE})),
    Entry("/console/consignments", "consignments", frozenset({Scope.STOCK_DISPATCH, Scope.STOCK_COUNT})),
    Entry("/console/payouts", "payouts", frozenset({Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE, Scope.PAYOUTS_READ})),
    Entry(
        "/console/funds",
        "funds",
        frozenset(
            {Scope.FUNDS_WRITE, Scope.FUNDS_APPROVE, Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE, Scope.PAYOUTS_READ}
        ),
    ),
    Entry("/console/settlements", "settlements", frozenset({Scope.SETTLEMENTS_READ})),
    Entry("/console/reconciliation", "reconciliation", frozenset({Scope.LEDGER_READ})),
    Entry("/console/complaints", "complaints", frozenset({Scope.COMPLAINTS_ENTER, Scope.COMPLAINTS_ANSWER})),
    Entry("/console/campaigns", "campaigns", frozenset({Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_APPROVE})),
    Entry("/console/notices", "notices", frozenset({Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_APPROVE})),
    Entry("/console/questions", "questions", frozenset({Scope.COMPLAINTS_ANSWER})),
    Entry("/console/outlets", "outlets", frozenset({Scope.OUTLETS_READ, Scope.OUTLETS_WRITE})),
    Entry(
        "/console/terminals/outlets",
        "terminals",
        frozenset({Scope.TERMINALS_READ, Scope.TERMINALS_WRITE, Scope.TERMINALS_SUSPEND}),
    ),
    Entry(
        "/console/terminals/clinics",
        "clinic_terminals",
        frozenset({Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE, Scope.TERMINALS_SUSPEND}),
    ),
    Entry("/console/disputes", "disputes", frozenset({Scope.DISPUTES_WRITE, Scope.DISPUTES_APPROVE})),
    Entry(
        "/console/policies",
        "policies",
        frozenset({Scope.POLICIES_READ, Scope.POLICIES_WRITE, Scope.POLICIES_APPROVE}),
    ),
    Entry("/console/on-call", "oncall", frozenset({Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE})),
    Entry("/console/staff", "staff", frozenset({Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_SUSPEND})),
    Entry("/console/audit", "audit", frozenset({Scope.RECORDS_READ})),
    Entry("/console/clients", "clients", frozenset({Scope.CLIENTS_READ, Scope.CLIENTS_WRITE, Scope.CLIENTS_SUSPEND})),
    Entry("/console/grants", "role_grants", frozenset({Scope.PEOPLE_READ, Scope.GRANTS_ASK, Scope.GRANTS_DECIDE})),
)


def menu(scopes: frozenset[str]) -> tuple[Entry, ...]:
    """The desks that these rights open."""
    return tuple(entry for entry in MENU if not entry.scopes.isdisjoint(scopes))


def render(template: str, language: str, **facts: object) -> str:
    """A page. `facts` are the template's; every text among them is escaped."""
    words = formats.Words(TEXTS, language)
    page = _environment(language).get_template(f"{template}.html")
    return page.render(t=words, lang=language, dir="rtl" if language == "ar" else "ltr", **facts)


@cache
def assets() -> dict[str, tuple[bytes, str, str]]:
    """The pages' files by name: content, media type, and the tag of this version."""
    found = sorted((_HERE / "static").rglob("*.*"))
    return {
        path.name: (path.read_bytes(), _TYPES[path.suffix[1:]], hashlib.sha256(path.read_bytes()).hexdigest()[:12])
        for path in found
        if path.suffix[1:] in _TYPES
    }


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = lambda name: f"/console/static/{name}?v={assets()[name][2]}"
    made.globals["Scope"] = Scope
    made.filters.update(formats.filters(language, NOUNS))
    return made
