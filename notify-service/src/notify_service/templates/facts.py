"""What a message tells, before it is put into anyone's language. Pure.

Facts wait, encrypted, with the queued message; the words are made when it leaves, in the language the
citizen's contact has by then.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from contracts.card import ProgrammeService
from contracts.supply import Line, Remaining
from notify_service.templates import card_facts, complaint_facts, request_facts
from notify_service.templates.card_facts import CardFact
from notify_service.templates.complaint_facts import ComplaintFact
from notify_service.templates.fact import Fact
from notify_service.templates.request_facts import RequestFact
from notify_service.templates.wording import Language, vocabulary

_ENDING = 6  # letters of an id that tell one terminal of a place from another


class NoFacts(Fact):
    """The template says it all."""

    kind: Literal["none"] = "none"

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {}


class AppointmentFacts(Fact):
    """Where and when a card is collected."""

    kind: Literal["appointment"] = "appointment"
    site_name_ar: str
    site_name_en: str
    starts_at: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        site = self.site_name_ar if language == "ar" else self.site_name_en
        return {"site": site, "day": say.day(self.starts_at), "hour": say.hour(self.starts_at)}


class ServicesFacts(Fact):
    """What a card may be used for."""

    kind: Literal["services"] = "services"
    services: list[ProgrammeService]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"services": say.listed([say.services[service] for service in self.services])}


class BalanceFacts(Fact):
    """What was left in a household's pots and a citizen's wallet at an instant; None: nothing is known of a wallet."""

    kind: Literal["balance"] = "balance"
    stated_at: datetime
    remaining: list[Remaining]
    flour: int | None = None
    wallet: int | None = None

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        said = [say.pots(self.remaining, self.flour)] if self.remaining else []
        said += [f"{say.wallet} {say.money(self.wallet)}"] if self.wallet is not None else []
        return {"day": say.day(self.stated_at), "balance": say.listed(said)}


class PayoutFacts(Fact):
    """What was paid into a wallet, and what is in it now."""

    kind: Literal["payout"] = "payout"
    programme: str
    amount: int
    balance: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {
            "payout": say.payouts.get(self.programme, say.payout),
            "amount": say.money(self.amount),
            "balance": say.money(self.balance),
        }


class DebitFacts(Fact):
    """What left a wallet, and when; not to whom, which may tell of an illness."""

    kind: Literal["debit"] = "debit"
    amount: int
    happened_at: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        at = {"day": say.day(self.happened_at), "hour": say.hour(self.happened_at)}
        return {"amount": say.money(self.amount), **at}


class CorrectionFacts(Fact):
    """What of a wrong credit left the wallet, and what of it is owed."""

    kind: Literal["correction"] = "correction"
    amount: int
    owed: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"amount": say.money(self.amount), "owed": say.money(self.owed)}


class DebitsFacts(Fact):
    """How often something left a wallet on a day beyond what was told singly, and how much altogether."""

    kind: Literal["debits"] = "debits"
    day: date
    count: int
    amount: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"day": say.date(self.day), "count": str(self.count), "amount": say.money(self.amount)}


class DrawFacts(Fact):
    """What was drawn and what was left after it."""

    kind: Literal["draw"] = "draw"
    lines: list[Line]
    remaining: list[Remaining]
    flour: int | None = None

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        bread = sum(line.quantity for line in self.lines if line.programme == "bread")
        flour = sum(line.quantity for line in self.lines if line.programme == "flour")
        goods = sum(line.amount for line in self.lines if line.programme not in {"bread", "flour"})
        drawn = [say.loaves.after(bread)] if bread else []
        drawn += [f"{say.programmes['flour']} {say.kilograms(flour)}"] if flour else []
        drawn += [say.money(goods)] if goods else []
        return {"drawn": say.listed(drawn), "balance": say.pots(self.remaining, self.flour)}


class RestrictedFacts(Fact):
    """From which day on a citizen's data are not used, and the first day on which they are again, where it is known."""

    kind: Literal["restricted"] = "restricted"
    starts_on: date
    ends_on: date | None

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        until = {"until": say.date(self.ends_on)} if self.ends_on else {}
        return {"day": say.date(self.starts_on), **until}


class TerminalFacts(Fact):
    """Which terminal something has happened to, and when."""

    kind: Literal["terminal"] = "terminal"
    terminal_id: UUID
    happened_at: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill; a terminal is told by the end of its id, as its screen shows it."""
        say = vocabulary(language)
        at = {"day": say.day(self.happened_at), "hour": say.hour(self.happened_at)}
        return {"terminal": self.terminal_id.hex[-_ENDING:].upper(), **at}


class PeopleFacts(Fact):
    """Who shares a number, by what they are called, for one of them to be chosen by the number before the name."""

    kind: Literal["people"] = "people"
    names: list[str]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        numbered = [f"{number}) {name}" for number, name in enumerate(self.names, start=1)]
        return {"people": vocabulary(language).listed(numbered)}


class CampaignFacts(Fact):
    """What a campaign says, as it was approved in both languages."""

    kind: Literal["campaign"] = "campaign"
    ar: str
    en: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"text": self.ar if language == "ar" else self.en}


Facts = Annotated[
    NoFacts
    | CampaignFacts
    | PeopleFacts
    | AppointmentFacts
    | ServicesFacts
    | BalanceFacts
    | PayoutFacts
    | DebitFacts
    | CorrectionFacts
    | DebitsFacts
    | DrawFacts
    | RestrictedFacts
    | TerminalFacts
    | RequestFact
    | ComplaintFact
    | CardFact,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[Facts] = TypeAdapter(Facts)

# The placeholders each kind of facts fills; a template may use these and {name}, nothing else.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "campaign": frozenset({"text"}),
    "people": frozenset({"people"}),
    "appointment": frozenset({"site", "day", "hour"}),
    "services": frozenset({"services"}),
    "balance": frozenset({"day", "balance"}),
    "payout": frozenset({"payout", "amount", "balance"}),
    "debit": frozenset({"amount", "day", "hour"}),
    "correction": frozenset({"amount", "owed"}),
    "debits": frozenset({"day", "count", "amount"}),
    "draw": frozenset({"drawn", "balance"}),
    "restricted": frozenset({"day", "until"}),
    "terminal": frozenset({"terminal", "day", "hour"}),
    **request_facts.PLACEHOLDERS,
    **complaint_facts.PLACEHOLDERS,
    **card_facts.PLACEHOLDERS,
}


def dump(facts: Facts) -> bytes:
    """Facts as JSON bytes."""
    return facts.model_dump_json().encode()


def parse(raw: bytes) -> Facts:
    """Facts from what `dump` wrote."""
    return _ADAPTER.validate_json(raw)
