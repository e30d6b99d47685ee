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
_AFTER_NAME: Mapping[Language, str] = {"ar": "، ", "en": ": "}
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
    """One kind of message; `enabled: false` switches it off; `of_number`: it means whoever has the number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    class_name: str = Field(alias="class")
    facts: str
    enabled: bool = True
    of_number: bool = False
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


def render(
    template: Template, day: date, language: Language, facts: Facts, name: str, hotline: str, *, shared: bool = False
) -> str:
    """The text as it is sent. `name` is the citizen's given name, empty where it is not known.

    `shared`: others have the number, too; then the text names whom it means, whatever its words are.
    """
    words: Mapping[str, str] = {_NAME: name, HOTLINE: hotline, **facts.words(language)}
    said = template.on(day).text(language)
    text = compact(said.format_map(words))
    if not name:
        return text.lstrip("، ")
    names = any(field == _NAME for _, field, _, _ in Formatter().parse(said))
    return text if names or template.of_number or not shared else f"{name}{_AFTER_NAME[language]}{text}"


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
