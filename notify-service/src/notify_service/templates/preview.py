"""A text before it is sent: how it reads in each language, what it costs, and what is wrong with it. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

from notify_service.templates import linter
from notify_service.templates.encoding import Length, measure
from notify_service.templates.linter import Fault
from notify_service.templates.texts import HOTLINE, marked
from notify_service.templates.variables import Values, filled
from notify_service.templates.wording import Language

LANGUAGES: Final[tuple[Language, ...]] = ("ar", "en")


class Preview(NamedTuple):
    """A text as it is sent in a language and its length; neither where its placeholders cannot be filled."""

    text: str | None
    length: Length | None
    faults: list[Fault]


def preview(text: str, values: Values, language: Language, hotline: str, *, training: bool) -> Preview:
    """What becomes of a text with these values; `training`: as an installation for training sends it."""
    found = linter.faults(text, {HOTLINE, *values})
    if any(fault.code in {"braces", "variable_unknown"} for fault in found):
        return Preview(None, None, found)
    whole = filled(text, values, hotline, language)
    found += [fault for fault in linter.personal(whole) if fault not in found]
    if training:
        whole = marked(whole, language)
    return Preview(whole, measure(whole), found)
