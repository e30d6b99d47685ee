"""Events of the gateway: who may call, and with which key."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.event import Event
from contracts.privacy import ErasureOutcome
from contracts.records import ChainHead

TOPIC = "gateway.events.v1"


class ClientSuspended(Event):
    """An API client's tokens are refused everywhere from now on."""

    TOPIC = TOPIC
    KEY = "client_id"

    client_id: str
    reason: str


class ClientReinstated(Event):
    """A suspended API client may call again."""

    TOPIC = TOPIC
    KEY = "client_id"

    client_id: str


class TerminalEnrolled(Event):
    """A terminal proved the one-time code and registered the public key it made on the device."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    outlet_id: UUID
    key_id: str
    public_key: str  # Ed25519 public key, base64url without padding, 32 bytes


class TerminalKeyReplaced(Event):
    """A terminal has a new key in place of one that was in use: whoever keeps the outlet is to be told.

    `suspended_before`: after a suspension; otherwise the key in use has signed the new one.
    """

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    outlet_id: UUID
    key_id: str
    replaced_key_id: str
    suspended_before: bool


class TerminalOverlapped(Event):
    """A terminal's key is used from two places in turns: it may have been copied."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    outlet_id: UUID
    key_id: str


class PersonSuspended(Event):
    """A person who works with the system is refused everywhere from now on: suspended, or gone for good."""

    TOPIC = TOPIC
    KEY = "person_id"

    person_id: UUID
    reason: str


class PersonReinstated(Event):
    """A suspended person may work again."""

    TOPIC = TOPIC
    KEY = "person_id"

    person_id: UUID


class AdministratorRecovered(Event):
    """Somebody was invited as administrator on the host, since fewer than two were left: others should know."""

    TOPIC = TOPIC
    KEY = "person_id"

    person_id: UUID


class SessionEnded(Event):
    """A sign-in of a person or a citizen has ended: the tokens that came of it are refused everywhere from now on."""

    TOPIC = TOPIC
    KEY = "session_id"

    session_id: UUID
    reason: str


class LegalHoldPlaced(Event):
    """A citizen's data are kept until a day (`until`, the first on which they need not be): they are looked into.

    It comes of a delayed disclosure that two people have decided; the case is told to nobody.
    """

    TOPIC = TOPIC
    KEY = "citizen_id"

    hold_id: UUID
    citizen_id: UUID
    until: date


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "gateway.records.v1"


class DataErased(ErasureOutcome):
    """What was held on a citizen and need not be kept was erased here, as was decided; for the citizen's receipt."""

    TOPIC = "gateway.privacy.v1"
