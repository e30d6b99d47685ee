"""One-time enrolment codes: how they are written, and when one is good. No I/O."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from api_gateway.terminals.models import Code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is read or heard for something else
LENGTH = 10
_MISREAD = str.maketrans("OIL", "011", "- ")


class Verdict(StrEnum):
    """What is to be done with an attempt."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"  # the answer to the first attempt was lost
    WRONG = "wrong"  # costs a try
    VOID = "void"  # no code, expired, used by another, or no tries left


def spell(random: bytes) -> str:
    """A code of 50 bits as it is read out: `K7Q2M-9XA4T`."""
    number = int.from_bytes(random, "big")
    letters = "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def normal(typed: str) -> str:
    """A code as typed, without hyphen, in capitals, with letters taken for the digits they were misread for."""
    return typed.strip().upper().translate(_MISREAD)


def judge(code: Code | None, *, matches: bool, same_key: bool, now: datetime) -> Verdict:
    """Whether an attempt enrols. `matches`: the code is right; `same_key`: this key is the terminal's already."""
    if code is None or now >= code.expires_at or code.tries_left == 0:
        return Verdict.VOID
    if not matches:
        return Verdict.WRONG
    if code.used_at is None:
        return Verdict.ACCEPTED
    return Verdict.REPEATED if same_key else Verdict.VOID
