"""Who is signed in: sealed in the one cookie, opened here alone, good for minutes; and forms bound to a session.

The services' token is inside the seal: no browser can read or change it. The gateway keeps the session itself, and
whoever signs out ends it there, so that a copied cookie is of no use afterwards.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import orjson

from chassis.sealing import Keyring, SealBroken, Vault
from citizen_page.errors import FormStale

_SESSION: Final = b"citizen page session"
_SIGN_IN: Final = b"citizen page sign-in"
_FORM: Final = b"citizen page form"


@dataclass(frozen=True, slots=True)
class Session:
    """A citizen's session: the services' token, whose it is and until when."""

    token: str
    session_id: str
    citizen_id: UUID
    ends_at: datetime


class Sealer:
    """Seals and opens what travels with browsers."""

    def __init__(self, ring: Keyring) -> None:
        """`ring`: the page's own keys."""
        self._vault = Vault(ring.derived(b"unicard citizen page"))

    def seal_session(self, session: Session) -> str:
        """A session as a cookie holds it."""
        inside = {
            "t": session.token,
            "s": session.session_id,
            "c": str(session.citizen_id),
            "e": int(session.ends_at.timestamp()),
        }
        return _text(self._vault.seal_bound(_SESSION, orjson.dumps(inside)))

    def open_session(self, cookie: str | None, now: datetime) -> Session | None:
        """The session of a cookie; None where there is none, it is over, or somebody else made it."""
        try:
            inside = orjson.loads(self._vault.open_bound(_SESSION, _bytes(cookie or "")))
            ends_at = datetime.fromtimestamp(inside["e"], now.tzinfo)
            session = Session(inside["t"], inside["s"], UUID(inside["c"]), ends_at)
        except (SealBroken, ValueError, KeyError, TypeError):
            return None
        return session if now < session.ends_at else None

    def seal_sign_in(self, sign_in_id: UUID, ends_at: datetime) -> str:
        """A sign-in that waits for its code, as the address of its form holds it."""
        return _text(self._vault.seal_bound(_SIGN_IN, sign_in_id.bytes + int(ends_at.timestamp()).to_bytes(8, "big")))

    def open_sign_in(self, text: str, now: datetime) -> UUID | None:
        """The sign-in of an address; None where its time is over or it is none of ours."""
        try:
            inside = self._vault.open_bound(_SIGN_IN, _bytes(text))
        except (SealBroken, ValueError):
            return None
        ends = int.from_bytes(inside[16:], "big")
        return UUID(bytes=inside[:16]) if now < datetime.fromtimestamp(ends, now.tzinfo) else None

    def new_form(self, session: Session, form: str) -> str:
        """The key of a form's one effect, which only this session can send."""
        return _text(self._vault.seal_bound(_bound(session, form), uuid4().bytes))

    def open_form(self, session: Session, form: str, text: str) -> UUID:
        """The idempotency key of a form that was sent. Raises FormStale for another session's, or another form's."""
        try:
            return UUID(bytes=self._vault.open_bound(_bound(session, form), _bytes(text)))
        except (SealBroken, ValueError) as error:
            raise FormStale from error


def _bound(session: Session, form: str) -> bytes:
    return b"%s:%s:%s" % (_FORM, session.session_id.encode(), form.encode())


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not a sealed text") from error
