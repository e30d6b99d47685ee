"""Typed variables of texts that are written in the running system, and what is put in their places. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.months import Month
from notify_service.templates.encoding import compact
from notify_service.templates.wording import Language, vocabulary

VariableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
VariableType = Literal["day", "month", "amount", "count", "words"]
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_MOST = 10**9


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DayValue(_Value):
    """A day, told with its weekday."""

    type: Literal["day"]
    value: Annotated[date, Field(ge=date(2020, 1, 1), le=date(2120, 1, 1))]

    def said(self, language: Language) -> str:
        """As it is read."""
        return vocabulary(language).date(self.value)


class MonthValue(_Value):
    """A month: `2026-12`."""

    type: Literal["month"]
    value: Month

    def said(self, language: Language) -> str:
        """As it is read."""
        return vocabulary(language).month(self.value)


class AmountValue(_Value):
    """Money, in piastres."""

    type: Literal["amount"]
    value: Annotated[int, Field(strict=True, ge=0, le=_MOST)]

    def said(self, language: Language) -> str:
        """As it is read."""
        return vocabulary(language).money(self.value)


class CountValue(_Value):
    """A number of anything."""

    type: Literal["count"]
    value: Annotated[int, Field(strict=True, ge=0, le=_MOST)]

    def said(self, language: Language) -> str:
        """As it is read."""
        return str(self.value)


class WordsValue(_Value):
    """Words of their own in each language, such as the name of a place."""

    type: Literal["words"]
    ar: _Words
    en: _Words

    def said(self, language: Language) -> str:
        """As it is read."""
        return self.ar if language == "ar" else self.en


Value = Annotated[
    DayValue | MonthValue | AmountValue | CountValue | WordsValue,
    Field(discriminator="type"),
]
Values = Mapping[str, Value]


def filled(text: str, values: Values, hotline: str, language: Language) -> str:
    """The text as it is read, its placeholders filled. The linter has found nothing wrong with it."""
    said = {name: value.said(language) for name, value in values.items()}
    return compact(text.format_map({"hotline": hotline, **said}))
