"""What operators run, read as data: the compose file, its settings, the dashboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "unicard.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
SCRAPES = ROOT / "deploy" / "prometheus" / "prometheus.yml"

# `${NAME}`, `${NAME:-usual}`, `${NAME-usual}` and `${NAME:?why it is needed}`
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)(?:(?P<kind>:?[-?])(?P<rest>[^}]*))?\}")
_METRIC = re.compile(r"\b(?:unicard|envoy|process)_[a-z0-9_]+\b|\bup\b")


def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors followed and its variables left as they are written."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


def services() -> dict[str, dict[str, Any]]:
    """Every container, by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def jobs() -> dict[str, dict[str, Any]]:
    """What runs to its end."""
    return {name: service for name, service in services().items() if service["restart"] == "no"}


def panels() -> Iterator[tuple[str, str]]:
    """Title and expression of every panel of the dashboard."""
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def alerts() -> Iterator[tuple[str, str]]:
    """Name and expression of every alert."""
    for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


def metrics(expression: str) -> set[str]:
    """The metrics an expression reads; labels that look like one are none."""
    return set(_METRIC.findall(re.sub(r"\{[^}]*\}|\b(?:by|on) \([^)]*\)", "", expression)))


def exposed(text: str) -> set[str]:
    """The metrics of an exposition, a histogram's parts among them."""
    names: set[str] = set()
    for kind in re.finditer(r"^# TYPE (?P<name>\S+) (?P<kind>\S+)$", text, re.MULTILINE):
        names.add(kind["name"])
        if kind["kind"] in {"histogram", "summary"}:
            names |= {f"{kind['name']}_{part}" for part in ("bucket", "sum", "count")}
    return names
