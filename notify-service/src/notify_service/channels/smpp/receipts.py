"""What an SMSC brings, understood: the state of a part we sent, or a citizen's words. Pure.

A receipt is a text (SMPP 3.4, appendix B: `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`), beside
it or instead of it the parameters receipted_message_id and message_state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from notify_service.channels.smpp import errors
from notify_service.channels.smpp.pdus import Delivered
from notify_service.templates.encoding import from_gsm7

Way = Literal["same", "decimal_then_hex", "hex_then_decimal"]
"""How a provider writes message ids: in its answer to a message, then in the receipt."""

_ID = re.compile(r"\bid:\s*([^\s:]+)", re.IGNORECASE)
_STATE = re.compile(r"\bstat:\s*([a-z]+)", re.IGNORECASE)
_BASES: Final[Mapping[Way, tuple[int, int]]] = {"decimal_then_hex": (10, 16), "hex_then_decimal": (16, 10)}
# SMPP 3.4 §5.2.28: the states that are an end, by their number and by the first seven letters a text has.
_ENDS: Final[Mapping[int | str, tuple[Literal["delivered", "failed"], str | None]]] = {
    2: ("delivered", None), "DELIVRD": ("delivered", None),
    3: ("failed", "expired"), "EXPIRED": ("failed", "expired"),
    4: ("failed", "deleted"), "DELETED": ("failed", "deleted"),
    5: ("failed", "undeliverable"), "UNDELIV": ("failed", "undeliverable"),
    8: ("failed", "rejected"), "REJECTD": ("failed", "rejected"),
}  # fmt: skip
# An SMSC that gave up after its own time has tried as long as it was to: what kept it from it is past.
_SAID_WHY: Final = frozenset({"undeliverable", "rejected"})
_LATIN1, _UCS2 = 0x03, 0x08


class State(NamedTuple):
    """The end of a part. `ids`: what the provider's answer may have called it, as `answered` writes it, best first."""

    ids: tuple[str, ...]
    status: Literal["delivered", "failed"]
    reason: str | None


def answered(message_id: str, way: Way) -> str:
    """A message id of an answer, as parts are found by it."""
    return _plain(message_id, _BASES[way][0] if way in _BASES else None)


def receipted(message_id: str, way: Way) -> str:
    """A message id of a receipt's text, as parts are found by it."""
    return _plain(message_id, _BASES[way][1] if way in _BASES else None)


def state_of(unit: Delivered, way: Way, reasons: Mapping[str, str] = MappingProxyType({})) -> State | None:
    """What a receipt says; None where it is no end, or of no message. `reasons`: our words by the provider's codes."""
    text = unit.payload.decode("latin-1")
    said = _STATE.search(text)
    end = _ENDS.get(unit.state) if unit.state is not None else _ENDS.get(said[1].upper()[:7]) if said else None
    ids = _ids(unit.receipted_id, found[1] if (found := _ID.search(text)) else None, way)
    if not end or not ids:
        return None
    status, reason = end
    why = errors.reason_in(text, reasons) if reason in _SAID_WHY else None
    return State(ids, status, why or reason)


def words_of(unit: Delivered) -> str:
    """A citizen's words; what cannot be read stands as replacement characters.

    Of a part of several, half a character at its beginning or end stays half: whoever joins the parts has the other.
    """
    if unit.data_coding == _UCS2 and unit.total > 1:
        return unit.payload[: len(unit.payload) // 2 * 2].decode("utf-16-be", "surrogatepass")
    if unit.data_coding == _UCS2:
        return unit.payload.decode("utf-16-be", "replace")
    if unit.data_coding == _LATIN1:
        return unit.payload.decode("latin-1")
    return from_gsm7(unit.payload)


def _ids(parameter: str | None, text: str | None, way: Way) -> tuple[str, ...]:
    """The parameter is written as the answer was, unless it is the text's id letter for letter."""
    found = []
    if parameter and parameter != text:
        found.append(answered(parameter, way))
    if text:
        found.append(receipted(text, way))
    elif parameter and not found:
        found.append(answered(parameter, way))
    return tuple(dict.fromkeys(found))


def _plain(message_id: str, base: int | None) -> str:
    """One form for what is one id: a number in decimal digits, anything else in small letters; no zeros before it."""
    text = message_id.strip().lower()
    if base is not None:
        with suppress(ValueError):
            return str(int(text, base))
    return text.lstrip("0") or "0"
