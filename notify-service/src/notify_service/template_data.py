"""What a message tells, before it is put into anyone's language. Pure.

Facts wait, encrypted, with the queued message; the words are made when it leaves, in the language the
citizen's contact has by then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.card import ProgrammeService
from contracts.supply import Line, Remaining
from notify_service import request_facts
from notify_service.request_facts import RequestFact
from notify_service.wording import Language, vocabulary

_ENDING = 6  # letters of an id that tell one terminal of a place from another


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class NoFacts(_Facts):
    """The template says it all."""

    kind: Literal["none"] = "none"

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {}


class AppointmentFacts(_Facts):
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


class ServicesFacts(_Facts):
    """What a card may be used for."""

    kind: Literal["services"] = "services"
    services: list[ProgrammeService]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"services": say.listed([say.services[service] for service in self.services])}


class BalanceFacts(_Facts):
    """What was left in a household's pots and a citizen's wallet at an instant; None: nothing is known of a wallet."""

    kind: Literal["balance"] = "balance"
    stated_at: datetime
    remaining: list[Remaining]
    wallet: int | None = None

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        said = [say.pots(self.remaining)] if self.remaining else []
        said += [f"{say.wallet} {say.money(self.wallet)}"] if self.wallet is not None else []
        return {"day": say.day(self.stated_at), "balance": say.listed(said)}


class PayoutFacts(_Facts):
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


class DrawFacts(_Facts):
    """What was drawn and what was left after it."""

    kind: Literal["draw"] = "draw"
    lines: list[Line]
    remaining: list[Remaining]

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        bread = sum(line.quantity for line in self.lines if line.programme == "bread")
        goods = sum(line.amount for line in self.lines if line.programme != "bread")
        drawn = [say.loaves.after(bread)] if bread else []
        drawn += [say.money(goods)] if goods else []
        return {"drawn": say.listed(drawn), "balance": say.pots(self.remaining)}


class TerminalFacts(_Facts):
    """Which terminal something has happened to, and when."""

    kind: Literal["terminal"] = "terminal"
    terminal_id: UUID
    happened_at: datetime

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill; a terminal is told by the end of its id, as its screen shows it."""
        say = vocabulary(language)
        at = {"day": say.day(self.happened_at), "hour": say.hour(self.happened_at)}
        return {"terminal": self.terminal_id.hex[-_ENDING:].upper(), **at}


Facts = Annotated[
    NoFacts | AppointmentFacts | ServicesFacts | BalanceFacts | PayoutFacts | DrawFacts | TerminalFacts | RequestFact,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[Facts] = TypeAdapter(Facts)

# The placeholders each kind of facts fills; a template may use these and {name}, nothing else.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "appointment": frozenset({"site", "day", "hour"}),
    "services": frozenset({"services"}),
    "balance": frozenset({"day", "balance"}),
    "payout": frozenset({"payout", "amount", "balance"}),
    "draw": frozenset({"drawn", "balance"}),
    "terminal": frozenset({"terminal", "day", "hour"}),
    **request_facts.PLACEHOLDERS,
}


def dump(facts: Facts) -> bytes:
    """Facts as JSON bytes."""
    return facts.model_dump_json().encode()


def parse(raw: bytes) -> Facts:
    """Facts from what `dump` wrote."""
    return _ADAPTER.validate_json(raw)
