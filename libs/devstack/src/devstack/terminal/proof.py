"""The proof that a card's holder is at the terminal: the PIN is typed, or the code of an SMS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from devstack.terminal import pin
from devstack.terminal.caller import Caller

REQUIRED = "holder_proof_required"
Prove = Callable[[int], Awaitable[str]]
"""Gives a proof for an operation of at most so many piastres."""


class NotProved(RuntimeError):
    """The PIN or code was wrong, is locked or was never set."""

    def __init__(self, answer: Mapping[str, str | int]) -> None:
        self.result, self.tries_left = str(answer["result"]), int(answer.get("tries_left", 0))
        super().__init__(f"the holder is not proved: {self.result}, {self.tries_left} tries left")


def by_pin(caller: Caller, card_id: str, typed: str, purpose: str = "sale") -> Prove:
    """What asks for a proof by the PIN that the holder has typed; `NotProved` where it is not the card's."""

    async def prove(amount: int) -> str:
        public = await caller.get("/v1/pin-key")
        device = await caller.subject()
        sealed = pin.seal(typed, card_id, public, device=device, purpose=purpose, max_amount=amount)
        return await _asked(caller, _operation(card_id, purpose, amount) | {"pin_jwe": sealed})

    return prove


def by_code(caller: Caller, card_id: str, read: Callable[[], Awaitable[str]], purpose: str = "sale") -> Prove:
    """The same by a code that is sent to the registered mobile; `read` is what the holder says that it is."""

    async def prove(amount: int) -> str:
        wanted = _operation(card_id, purpose, amount)
        await caller.post("/v1/holder-proof-codes", wanted)
        return await _asked(caller, wanted | {"code": await read()})

    return prove


async def by_bread_code(caller: Caller, code: str, amount: int) -> tuple[str, str]:
    """The lost card that a code for bread stands for, and the proof for a draw of so many piastres at most."""
    answer = await caller.post("/v1/bread-code-proofs", {"code": code, "max_amount": amount})
    if answer["result"] != "proved":
        raise NotProved(answer)
    return str(answer["card_id"]), str(answer["proof"])


def _operation(card_id: str, purpose: str, amount: int) -> dict[str, object]:
    return {"card_id": card_id, "purpose": purpose, "max_amount": amount}


async def _asked(caller: Caller, body: dict[str, object]) -> str:
    answer = await caller.post("/v1/holder-proofs", body)
    if answer["result"] != "proved":
        raise NotProved(answer)
    return str(answer["proof"])
