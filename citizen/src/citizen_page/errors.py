"""What may go wrong between the page and the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class NotAnswered(Exception):
    """A service did not answer, or not in time; `service` says which."""

    def __init__(self, service: str) -> None:
        """Name the service."""
        super().__init__(service)
        self.service = service


class SignedOut(Exception):
    """Nobody is signed in, or no longer: the way leads through signing in."""


class FormStale(Exception):
    """A form that this session did not get, or whose fields are not what it had."""


class PageUnknown(Exception):
    """There is no such page, or nothing of one's own at it."""


@dataclass
class Refused(Exception):
    """A service's refusal as a problem document: what it says in both languages, and when to try again."""

    status: int
    code: str
    title: str
    title_ar: str
    detail: str = ""
    detail_ar: str = ""
    request_id: str = ""
    retry_after: int | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def words(self, language: str) -> tuple[str, str]:
        """Title and detail as the service says them."""
        return (self.title_ar or self.title, self.detail_ar) if language == "ar" else (self.title, self.detail)
