"""What a message tells of a request for a change of the register, before it is put into anyone's language. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from contracts.household import Month
from notify_service.templates.fact import Fact
from notify_service.templates.wording import Language, vocabulary


class RequestFacts(Fact):
    """Which kind of request it is."""

    kind: Literal["request"] = "request"
    request: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"request": say.requests.get(self.request, say.request)}


class RequestDoneFacts(Fact):
    """Which request was carried out, and from which month on it counts."""

    kind: Literal["request_done"] = "request_done"
    request: str
    month: Month

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        month = vocabulary(language).month(self.month)
        return {**RequestFacts(request=self.request).words(language), "month": month}


class FlourFacts(Fact):
    """For which month a household is to have flour, or bread after all."""

    kind: Literal["flour"] = "flour"
    month: Month

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"month": vocabulary(language).month(self.month)}


class RefusalFacts(Fact):
    """Which request, or which appeal about it, was refused, and why in a sentence of each language."""

    kind: Literal["refusal"] = "refusal"
    request: str
    reason_en: str
    reason_ar: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        reason = self.reason_ar if language == "ar" else self.reason_en
        return {**RequestFacts(request=self.request).words(language), "reason": reason}


class RequestRefusedFacts(Fact):
    """The same of a request, with the last day of an appeal."""

    kind: Literal["request_refused"] = "request_refused"
    refusal: RefusalFacts
    appeal_until: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {**self.refusal.words(language), "day": vocabulary(language).date(self.appeal_until)}


class ExclusionFacts(Fact):
    """What members of a household are to lose from which day on, why, and until when an appeal is taken."""

    kind: Literal["exclusion"] = "exclusion"
    programmes: list[str]
    ground_en: str
    ground_ar: str
    takes_effect_on: date
    appeal_until: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {
            "programmes": say.listed([say.entitlements.get(one, one) for one in self.programmes]),
            "reason": self.ground_ar if language == "ar" else self.ground_en,
            "day": say.date(self.takes_effect_on),
            "until": say.date(self.appeal_until),
        }


class CodeFacts(Fact):
    """A code that proves who holds a number, and for how many minutes it does."""

    kind: Literal["code"] = "code"
    code: str
    minutes: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"code": self.code, "minutes": str(self.minutes)}


class HolderCodeFacts(Fact):
    """A code by which a card's holder agrees to an operation of at most an amount, and for how many minutes."""

    kind: Literal["holder_code"] = "holder_code"
    code: str
    minutes: int
    amount: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"code": self.code, "minutes": str(self.minutes), "amount": vocabulary(language).money(self.amount)}


class LostFacts(Fact):
    """The last day on which a replacement of a lost card is asked for, before it may be used again."""

    kind: Literal["lost"] = "lost"
    until: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"day": vocabulary(language).date(self.until)}


class MandateFacts(Fact):
    """From which day until which somebody may prove for a card's holder."""

    kind: Literal["mandate"] = "mandate"
    begins_on: date
    ends_on: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"day": say.date(self.begins_on), "until": say.date(self.ends_on)}


class SeminarFacts(Fact):
    """Where and when a seminar on the card is held."""

    kind: Literal["seminar"] = "seminar"
    place_ar: str
    place_en: str
    starts_at: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        place = self.place_ar if language == "ar" else self.place_en
        return {"site": place, "day": say.day(self.starts_at), "hour": say.hour(self.starts_at)}


class SeminarOffFacts(Fact):
    """On which day a seminar is not held after all."""

    kind: Literal["seminar_off"] = "seminar_off"
    starts_at: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"day": vocabulary(language).day(self.starts_at)}


class HouseCallFacts(Fact):
    """On which day a card is brought home."""

    kind: Literal["house_call"] = "house_call"
    day: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"day": vocabulary(language).date(self.day)}


class BreadCodeFacts(Fact):
    """A code that draws bread in the place of a lost card, and the last day on which it does at most."""

    kind: Literal["bread_code"] = "bread_code"
    code: str
    until: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"code": self.code, "day": vocabulary(language).date(self.until)}


class ObjectionFacts(Fact):
    """Until when whoever has a number may object to another one taking its place."""

    kind: Literal["objection"] = "objection"
    object_until: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"day": vocabulary(language).day(self.object_until)}


RequestFact = (
    RequestFacts
    | RequestDoneFacts
    | FlourFacts
    | RefusalFacts
    | RequestRefusedFacts
    | ExclusionFacts
    | CodeFacts
    | HolderCodeFacts
    | LostFacts
    | MandateFacts
    | SeminarFacts
    | SeminarOffFacts
    | HouseCallFacts
    | BreadCodeFacts
    | ObjectionFacts
)

PLACEHOLDERS: dict[str, frozenset[str]] = {
    "request": frozenset({"request"}),
    "request_done": frozenset({"request", "month"}),
    "flour": frozenset({"month"}),
    "refusal": frozenset({"request", "reason"}),
    "request_refused": frozenset({"request", "reason", "day"}),
    "exclusion": frozenset({"programmes", "reason", "day", "until"}),
    "code": frozenset({"code", "minutes"}),
    "holder_code": frozenset({"code", "minutes", "amount"}),
    "lost": frozenset({"day"}),
    "mandate": frozenset({"day", "until"}),
    "seminar": frozenset({"site", "day", "hour"}),
    "seminar_off": frozenset({"day"}),
    "house_call": frozenset({"day"}),
    "bread_code": frozenset({"code", "day"}),
    "objection": frozenset({"day"}),
}
