"""What a service may answer instead of what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from staff_console.documents import Document


@dataclass
class ServiceRefused(Exception):
    """A service said no; `problem` is its document (RFC 9457), words for people in both languages included."""

    service: str
    status: int
    problem: Document = field(default_factory=dict)
    retry_after: str = ""

    @property
    def code(self) -> str:
        """The stable reason."""
        return str(self.problem.get("code", ""))

    def words(self, language: str) -> tuple[str, str]:
        """Title and detail in a language, the other language's where one is missing."""
        return self._word("title", language), self._word("detail", language)

    def said(self, language: str) -> str:
        """The same as one line."""
        return ": ".join(filter(None, self.words(language)))

    def _word(self, name: str, language: str) -> str:
        own, other = (f"{name}_ar", name) if language == "ar" else (name, f"{name}_ar")
        return str(self.problem.get(own) or self.problem.get(other) or "")


@dataclass
class ServiceSilent(Exception):
    """A service does not answer in time, or not as a service. Whether a change was made is not known then."""

    service: str
