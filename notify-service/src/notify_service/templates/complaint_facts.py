"""What messages tell of a complaint, before it is put into anyone's language. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from notify_service.templates.fact import Fact
from notify_service.templates.wording import Language, vocabulary


class ComplaintFacts(Fact):
    """The number of a complaint, by when an answer is owed, and where it stands."""

    kind: Literal["complaint"] = "complaint"
    number: int
    due_at: datetime
    state: str = "open"

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"number": str(self.number), "day": say.day(self.due_at), "state": say.complaints[self.state]}


class AnsweredComplaintFacts(Fact):
    """The answer to a complaint, as whoever dealt with it wrote it."""

    kind: Literal["complaint_answer"] = "complaint_answer"
    number: int
    answer: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"number": str(self.number), "answer": self.answer}


class ComplaintNumberFacts(Fact):
    """A number that is no complaint of whoever asks."""

    kind: Literal["complaint_number"] = "complaint_number"
    number: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"number": str(self.number)}


class AnswerFacts(Fact):
    """The answer to a question, as whoever dealt with it wrote it."""

    kind: Literal["answer"] = "answer"
    answer: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"answer": self.answer}


class SpotCheckFacts(Fact):
    """What may have been received, and on which day; `programme`: of a payout."""

    kind: Literal["spot_check"] = "spot_check"
    programme: str
    day: date

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"payout": say.payouts.get(self.programme, say.payout), "day": say.date(self.day)}


ComplaintFact = ComplaintFacts | AnsweredComplaintFacts | ComplaintNumberFacts | AnswerFacts | SpotCheckFacts
PLACEHOLDERS: Final = {
    "complaint": frozenset({"number", "day", "state"}),
    "complaint_answer": frozenset({"number", "answer"}),
    "complaint_number": frozenset({"number"}),
    "answer": frozenset({"answer"}),
    "spot_check": frozenset({"payout", "day"}),
}
