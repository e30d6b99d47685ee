"""What messages tell of a complaint, before it is put into anyone's language. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from notify_service.templates.wording import Language, vocabulary


class ComplaintFacts(BaseModel):
    """The number of a complaint, by when an answer is owed, and where it stands."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["complaint"] = "complaint"
    number: int
    due_at: datetime
    state: str = "open"

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        say = vocabulary(language)
        return {"number": str(self.number), "day": say.day(self.due_at), "state": say.complaints[self.state]}


class AnsweredComplaintFacts(BaseModel):
    """The answer to a complaint, as whoever dealt with it wrote it."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["complaint_answer"] = "complaint_answer"
    number: int
    answer: str

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"number": str(self.number), "answer": self.answer}


class ComplaintNumberFacts(BaseModel):
    """A number that is no complaint of whoever asks."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["complaint_number"] = "complaint_number"
    number: int

    def words(self, language: Language) -> dict[str, str]:
        """The placeholders these facts fill."""
        return {"number": str(self.number)}


ComplaintFact = ComplaintFacts | AnsweredComplaintFacts | ComplaintNumberFacts
PLACEHOLDERS: Final = {
    "complaint": frozenset({"number", "day", "state"}),
    "complaint_answer": frozenset({"number", "answer"}),
    "complaint_number": frozenset({"number"}),
}
