"""What messages tell of a card and its appointment when a citizen asks, before it is put into words. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from contracts.appointments import OpenOn
from contracts.outlets import NearOutlet
from notify_service.templates.fact import Fact
from notify_service.templates.wording import Language, vocabulary


class CardStateFacts(Fact):
    """Where a card stands, in the words of its state."""

    kind: Literal["card_state"] = "card_state"
    state: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"state": say.card_states.get(self.state, say.card_state)}


class OfferFacts(Fact):
    """Hours that may be chosen by their number, at a site."""

    kind: Literal["offers"] = "offers"
    site_name_ar: str
    site_name_en: str
    offers: list[datetime]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        numbered = [f"{n}) {say.day(one)} {say.hour(one)}" for n, one in enumerate(self.offers, start=1)]
        site = self.site_name_ar if language == "ar" else self.site_name_en
        return {"site": site, "offers": say.listed(numbered)}


class SiteFacts(Fact):
    """Where a card waits, and when that site is open."""

    kind: Literal["site"] = "site"
    site_name_ar: str
    site_name_en: str
    hours: list[OpenOn]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        open_on = [(day.weekday, day.opens, day.closes) for day in self.hours]
        return {"site": self.site_name_ar if language == "ar" else self.site_name_en, "hours": say.week(open_on)}


class NearFacts(Fact):
    """The outlets of a district: of bread, and of goods."""

    kind: Literal["near"] = "near"
    bread: list[NearOutlet]
    goods: list[NearOutlet]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        told: list[str] = []
        for programme, outlets in (("bread", self.bread), ("goods", self.goods)):
            if names := [one.name_ar if language == "ar" else one.name_en for one in outlets]:
                told.append(f"{say.programmes[programme]}: {say.listed(names)}")
        return {"outlets": ". ".join(told)}


CardFact = CardStateFacts | OfferFacts | SiteFacts | NearFacts
PLACEHOLDERS: Final = {
    "card_state": frozenset({"state"}),
    "offers": frozenset({"site", "offers"}),
    "site": frozenset({"site", "hours"}),
    "near": frozenset({"outlets"}),
}
