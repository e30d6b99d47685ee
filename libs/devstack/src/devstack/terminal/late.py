"""The upload of a terminal that is suspended: what it had sold before, by a token for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from devstack.terminal.answers import OfflineItem, UploadAnswer
from devstack.terminal.caller import Caller, Grant, Refused

SCOPE = "redemptions:late"
_SUSPENDED = frozenset({"client_suspended", "caller_suspended"})
_SINCE = "terminal_suspended"
_UPLOADS = "/v1/offline-batches"


@dataclass(frozen=True, slots=True)
class LateGrant:
    """A grant that asks for the scope of late uploads alone, which a suspended terminal is given."""

    whole: Grant

    def form(self) -> dict[str, str]:
        """The fields of the grant with the scope wanted."""
        return {**self.whole.form(), "scope": SCOPE}


def is_suspended(refusal: Refused) -> bool:
    """Whether the terminal was refused as suspended: at the token endpoint, or with a token of before."""
    return refusal.code in _SUSPENDED


def late(caller: Caller) -> Caller:
    """The same terminal, asking for late uploads alone."""
    return Caller(caller.wire, LateGrant(caller.grant), tries=caller.tries)


async def uploaded(caller: Caller, pending: Sequence[OfflineItem]) -> tuple[list[OfflineItem], UploadAnswer | None]:
    """Upload what is pending, or where the terminal is suspended what is from before: what was sent, and the answer.

    Nothing and None where all of it came later.
    """
    try:
        return list(pending), await caller.post(_UPLOADS, {"sales": pending})
    except Refused as refusal:
        sent = _before(pending, refusal)
    return (sent, await caller.post(_UPLOADS, {"sales": sent})) if sent else ([], None)


def _before(pending: Sequence[OfflineItem], refusal: Refused) -> list[OfflineItem]:
    since = refusal.problem.get("suspended_at")
    if refusal.code != _SINCE or since is None:
        raise refusal
    until = datetime.fromisoformat(str(since))
    return list(takewhile(lambda one: datetime.fromisoformat(one["occurred_at"]) < until, pending))
