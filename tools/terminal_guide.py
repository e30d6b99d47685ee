"""What whoever writes a terminal has to know beside the operations: part of the API's document, as words and data."""

from __future__ import annotations

from typing import Any, Final

from contracts.roles import TERMINALS

TEXT: Final = """
## Writing a terminal

Operations that a terminal may call say for which kinds of outlet in `x-terminals`; `x-terminal` of this document has
the constants below as data. Every example here is valid, those that are signed or sealed can be checked byte by byte.

1. **Enrol.** Make an Ed25519 key on the device (RFC 8032); it never leaves it. Send its public half with the one-time
   code of the ministry to `POST /v1/enrolments`. The reply says who and where the terminal is, what it may do and what
   time it is. A new key takes the place of one in use only with that one's signature (`replaces`).
2. **Sign in.** `POST /oauth/token` with `grant_type=client_credentials` and an assertion signed with that key:
   `contentSchema` of `client_assertion` lists its claims. Use the token until shortly before `expires_in`.
3. **Time.** Set the clock by `server_time`. A sale too far from it is refused with `terminal_clock_skew`, which says
   `server_time` and `offset_seconds`. Business days are those of Cairo (`Africa/Cairo`).
4. **Read the card.** Its printed code is a compact JWS (`typ` `unicard-code+jws`, keys of `GET /v1/printed-code-keys`):
   `card`, 16 bytes in base64url, is the `card_id` of every operation. With it (`Presented-Card`) fetch the card's
   credential by `GET /v1/cards/{card_id}/credential`, once a day with the `ETag` of the one before, and keep it: check
   the signature by `GET /v1/credential-keys`, `exp`, and `gov` against the terminal's own. Both show that the card is
   genuine, never that its holder is there. A chip, where an installation has them, answers a nonce (`chip` of
   `POST /v1/holder-proofs`).
5. **Prove the holder.** Seal the PIN as `PinIn` shows, or have a code sent by `POST /v1/holder-proof-codes`, and get a
   proof from `POST /v1/holder-proofs`: for this terminal, card, purpose and at most this amount, once. A wrong try is
   answered 200 with `tries_left`. A sale, hold or visit that needs one is refused with `holder_proof_required`.
6. **Sell.** `POST /v1/redemptions`. Of several faults the first is told, in the order of its `x-refusal-order`. Show
   the citizen `title_ar`, `detail_ar` and `receipt_lines_ar` (`receipt_lines_en`
   beside it); switch on `code`.
7. **The wallet's part.** Hold it first: what the `goods` lines cost by `GET /v1/catalogue` less what
   `GET /v1/entitlements/{card_id}` has left of the pot `goods`, with `POST /v1/payments/authorizations` and the proof
   of the sale (purpose `sale`, of at least what the whole sale comes to). Name the hold in `tenders`; the sale captures
   it. Give the hold of a refused sale up (`…/void`). The news of a hold may be under way: `hold_unknown` is asked again
   after `Retry-After`. Purpose `hold` is for a payment that belongs to no sale; capture that yourself.
8. **Without a network.** Sell to cards whose credential you have, for its `services` and within its `sizes`, and within
   the bounds of `GET /v1/terminal-configuration`, until its `exp`. Keep the hot
   list: read `GET /v1/hot-list` part by part, take the one whose `from` is the `to` of what you have, sell to no card
   on it, and to none after its `exp`. Check both by their keys. Sign each sale as `OfflineSale` shows, before the goods
   are handed over: numbers from 1 on, each with the hash of the one before. Upload in order with
   `POST /v1/offline-batches`, as often as needed; every sale has a result, and every `code` of one its page: `x-codes`
   of `SaleResult` has them. `gap` names what is missing. A sale is taken back in the same chain (`OfflineReversal`).
9. **The day.** X: `GET /v1/outlets/{outlet_id}/days/{day}`, with totals by terminal. Z: `POST …/close`. The terminal's
   and its outlet's sales: `GET /v1/redemptions`; what is in dispute: `GET /v1/disputes`.

### Repeats

Every change has an `Idempotency-Key`, kept on disk with the body before it is sent. No answer, or one of `retry` of
`x-terminal`: send the same body with the same key again, with growing pauses, or after `Retry-After`. What was carried
out is answered as it was the first time, for at least a day, with `Idempotency-Replayed: true`, also where its holder's
proof is over by now; the same key with another body is `idempotency_key_reused`. Any other refusal is the last word:
nothing has changed.

### Canonical JSON

What is signed is hashed and signed as RFC 8785 writes it: names sorted, no spaces, UTF-8, numbers as they are shortest.
"""

DATA: Final[dict[str, Any]] = {
    "enrolment": {
        "proof": "unicard-enrolment:{terminal_id}:{code}",
        "replaces": "unicard-replacement:{terminal_id}:{public_key}",
    },
    "public_operations": [
        "POST /v1/enrolments",
        "POST /oauth/token",
        "GET /v1/credential-keys",
        "GET /v1/printed-code-keys",
        "GET /v1/pin-key",
        "GET /v1/holder-proof-keys",
        "GET /v1/hot-list-keys",
        "GET /v1/terminal-configuration-keys",
        "GET /problems/{code}",
    ],
    "retry": {"statuses": [408, 425, 429, 502, 503, 504], "codes": ["request_in_progress", "hold_unknown"]},
    "offline": {"first_sequence": 1, "first_previous_hash": "0" * 64, "hash": "SHA-256", "signature": "Ed25519"},
    "canonical_json": "RFC 8785",
    "timezone": "Africa/Cairo",
}


def kinds(operation: dict[str, Any]) -> list[str]:
    """The kinds of outlet whose terminals may call an operation, in order."""
    if "terminal" not in operation.get("x-callers", ()):
        return []
    wanted = set(operation.get("x-scopes", ()))
    return sorted(kind for kind, scopes in TERMINALS.items() if not wanted.isdisjoint(map(str, scopes)))
