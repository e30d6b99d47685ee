"""Every SMS has its name here, so that a desk says what was sent without showing it."""

from __future__ import annotations

from pathlib import Path

import yaml

from staff_console.words import TEXTS

TEMPLATES = Path(__file__).parents[3] / "notify-service/src/notify_service/data/templates.yaml"


def test_every_template_is_named_in_both_languages() -> None:
    names = {template["name"] for template in yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))}
    named = {name.removeprefix("told.") for name in TEXTS if name.startswith("told.")}
    assert named == names | {"campaign"}
