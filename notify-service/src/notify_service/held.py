"""Which tables of notify-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from chassis.personal import Personal, Whose
from chassis.records.held import Held, HeldIn, owner
from chassis.sealing import SealBroken
from notify_service.context import Runtime

_TELLING: Final = "telling citizens what becomes of their rights (public task)"
_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}


def _contact(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return orjson.loads(runtime.state.vault.open(owner(row, "citizen_id"), sealed))


def _content(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    """The text where it was sent; what waits is facts, which its own opens."""
    try:
        return runtime.state.vault.open(owner(row, "id"), sealed).decode("utf-8", "replace")
    except SealBroken:
        return "sealed"


HELD: Final[Held] = {
    "contact": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.CONTACT, Personal.IDENTITY),
        basis=_TELLING,
        kept="while registered with a number",
        without=("number_hash",),
        sealed={"sealed": _contact},
    ),
    "message": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES,),
        basis=_TELLING,
        kept="texts and numbers until they are erased (notify.retention), the rest for statistics",
        sealed={"content": _content},
    ),
    "inquiry": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MESSAGES, Personal.RATIONS, Personal.MONEY),
        basis=_TELLING,
        kept="a short while",
    ),
    "card_holder": HeldIn(
        whose=_CITIZEN, classes=(Personal.CARD,), basis=_TELLING, kept="while the card is registered"
    ),
}
