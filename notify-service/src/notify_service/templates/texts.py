"""The texts citizens get: dated, in Arabic and English, checked when they are read. Pure.

The texts themselves are in `data/templates.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from string import Formatter

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from notify_service.templates import linter
from notify_service.templates.encoding import compact
from notify_service.templates.facts import PLACEHOLDERS, Facts
from notify_service.templates.wording import Language

_TRAINING: Mapping[Language, str] = {"ar": "«تدريب»", "en": "TRAINING:"}
CAMPAIGN = "campaign"  # the template of all campaigns, and the class of messages it is of
_NAME, HOTLINE = "name", "hotline"


class Version(BaseModel):
    """The text of a template from a day on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    effective_from: date
    approved_by: str
    ar: str
    en: str

    def text(self, language: Language) -> str:
        """The text in a language."""
        return self.ar if language == "ar" else self.en


class Template(BaseModel):
    """One kind of message; `enabled: false` switches it off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    class_name: str = Field(alias="class")
    facts: str
    enabled: bool = True
    required: list[str]
    max_parts: int = Field(gt=0)
    supersedes: list[str] = []
    silences: list[str] = []
    versions: list[Version] = Field(min_length=1)

    @model_validator(mode="after")
    def _texts_fit(self) -> Template:
        allowed = PLACEHOLDERS[self.facts] | {_NAME, HOTLINE}
        for version in self.versions:
            for text in (version.ar, version.en):
                used = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
                if missing := set(self.required) - used:
                    raise ValueError(f"{self.name}: {sorted(missing)} missing in {text!r}")
                if unknown := used - allowed:
                    raise ValueError(f"{self.name}: nothing fills {sorted(unknown)} in {text!r}")
                if faults := linter.faults(text, allowed):
                    raise ValueError(f"{self.name}: {linter.FAULTS[faults[0].code][0]} {faults[0].found!r}")
        return self

    def on(self, day: date) -> Version:
        """The version in force on a day; the first one for days before it."""
        past = [version for version in self.versions if version.effective_from <= day]
        ordered = sorted(past or self.versions, key=lambda version: version.effective_from)
        return ordered[-1] if past else ordered[0]


def render(template: Template, day: date, language: Language, facts: Facts, name: str, hotline: str) -> str:
    """The text as it is sent. `name` is the citizen's given name, empty where it is not known."""
    words: Mapping[str, str] = {_NAME: name, HOTLINE: hotline, **facts.words(language)}
    text = compact(template.on(day).text(language).format_map(words))
    return text.lstrip("، ") if not name else text


def marked(text: str, language: Language) -> str:
    """The text as a training installation sends it."""
    return f"{_TRAINING[language]} {text}"


@lru_cache
def load() -> dict[str, Template]:
    """Every template by name. Raises ValueError for texts or names that do not fit together."""
    raw = (resources.files("notify_service") / "data" / "templates.yaml").read_text("utf-8")
    loaded = {template.name: template for template in map(Template.model_validate, yaml.safe_load(raw))}
    for template in loaded.values():
        if unknown := {*template.supersedes, *template.silences} - loaded.keys():
            raise ValueError(f"{template.name}: unknown templates {sorted(unknown)}")
    return loaded
