"""Use cases of the lock: a PIN chosen, the screen locked, the PIN tried."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chassis.clock import Clock
from chassis.text import normalise_digits
from staff_console.context import Context
from staff_console.sessions import locks
from staff_console.sessions import service as sessions
from staff_console.sessions.models import Session

TRIES: Final = 5
_PIN: Final = re.compile(r"[0-9]{4,8}")
_MACHINE_TIME: Final = Clock()


@dataclass
class PinUnfit(Exception):
    """It opens no lock; `text` names the words that say what would."""

    text: str


async def choose(context: Context, session: Session, typed: str, again: str) -> None:
    """Choose the PIN that opens this session, and no other. Raises PinUnfit."""
    pin = normalise_digits(typed)
    if not _PIN.fullmatch(pin):
        raise PinUnfit("pin_form")
    if _easy(pin):
        raise PinUnfit("pin_easy")
    if pin != normalise_digits(again):
        raise PinUnfit("pin_differs")
    await locks.choose(context.pool, session.session_id, _mark(context, session, pin))


async def lock(context: Context, session: Session) -> None:
    """Let nothing of the session be shown until it is opened."""
    await locks.lock(context.pool, session.session_id, _MACHINE_TIME.now())


async def unlock(context: Context, session: Session, typed: str) -> int:
    """Try a PIN: 0 where it opens, else how many tries are left. After the last the session has ended: PinUnfit."""
    pin = normalise_digits(typed)
    if not pin:
        raise PinUnfit("pin_missing")
    tried = await locks.tried(context.pool, session.session_id)
    if tried is None or tried["pin_mark"] is None or tried["pin_tries"] > TRIES:
        raise PinUnfit("pin_over")
    if hmac.compare_digest(_mark(context, session, pin), tried["pin_mark"]):
        await locks.unlock(context.pool, session.session_id, _MACHINE_TIME.now())
        return 0
    if tried["pin_tries"] == TRIES:
        await sessions.end(context, session)
        raise PinUnfit("pin_over")
    return TRIES - int(tried["pin_tries"])


def _mark(context: Context, session: Session, pin: str) -> bytes:
    """A keyed HMAC bound to the session: the table opens nothing, and one person's two sessions look unlike."""
    return hmac.digest(context.secret, b"pin\0" + session.session_id.bytes + pin.encode(), "sha256")


def _easy(pin: str) -> bool:
    """One digit again and again, or digits counted up or down."""
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps in ({0}, {1}, {-1})
