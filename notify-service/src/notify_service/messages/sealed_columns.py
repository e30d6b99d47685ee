"""What a message's sealed column holds: facts while it waits, the text and number once it left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson

from chassis.sealing import SealBroken, Vault
from notify_service.templates import facts
from notify_service.templates.facts import Facts
from notify_service.templates.wording import Language

_LANGUAGES: Mapping[str, Language] = {"ar": "ar", "en": "en"}


@dataclass(frozen=True)
class Waiting:
    """A message not sent yet; `number`, and the `language` of its reader, only where no contact has them by then."""

    facts: Facts
    number: str | None = None
    language: Language | None = None

    def seal(self, vault: Vault, message_id: UUID) -> bytes:
        """As the column holds it."""
        to = " ".join(part for part in (self.number, self.language) if part)
        return vault.seal(message_id, facts.dump(self.facts) + b"\n" + to.encode())

    @classmethod
    def open(cls, vault: Vault, message_id: UUID, sealed: bytes) -> Waiting:
        """Read the column. Raises SealBroken."""
        raw, _, to = vault.open(message_id, sealed).rpartition(b"\n")
        number, _, language = to.decode().partition(" ")
        try:
            return cls(facts.parse(raw), number or None, _LANGUAGES.get(language))
        except ValueError as error:
            raise SealBroken("facts of a kind that is not known here") from error


@dataclass(frozen=True)
class Sent:
    """A message that left."""

    text: str
    number: str

    def seal(self, vault: Vault, message_id: UUID) -> bytes:
        """As the column holds it."""
        return vault.seal(message_id, orjson.dumps([self.text, self.number]))

    @classmethod
    def open(cls, vault: Vault, message_id: UUID, sealed: bytes) -> Sent:
        """Read the column. Raises SealBroken."""
        try:
            text, number = orjson.loads(vault.open(message_id, sealed))
        except ValueError as error:
            raise SealBroken("no sent message") from error
        return cls(text, number)


@dataclass(frozen=True)
class Contact:
    """How a citizen is reached."""

    number: str | None
    name: str

    def seal(self, vault: Vault, citizen_id: UUID) -> bytes:
        """As the contact's column holds it."""
        return vault.seal(citizen_id, orjson.dumps([self.number, self.name]))

    @classmethod
    def name_of(cls, vault: Vault, citizen_id: UUID, sealed: bytes) -> str:
        """The given name of the contact's column; none where the key of its time is gone."""
        try:
            return cls.open(vault, citizen_id, sealed).name
        except SealBroken:
            return ""

    @classmethod
    def open(cls, vault: Vault, citizen_id: UUID, sealed: bytes) -> Contact:
        """Read the contact's column. Raises SealBroken."""
        try:
            number, name = orjson.loads(vault.open(citizen_id, sealed))
        except ValueError as error:
            raise SealBroken("no contact") from error
        return cls(number, name)
