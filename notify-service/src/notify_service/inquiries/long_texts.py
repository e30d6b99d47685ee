"""Long messages from citizens, which come in parts: in any order, doubled, or never all of them.

A message is dealt with when its last part is there, or after a policy's seconds with those that came.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import mobiles
from chassis.ids import new_id
from notify_service.channels.channel import Piece
from notify_service.context import Context
from notify_service.inquiries import parts_repository, repository
from notify_service.inquiries.parts_repository import Key, StoredPart
from notify_service.inquiries.service import Inbound
from notify_service.words import joined

PART: Final = b"inbound part"
AT_ONCE: Final = 200


@dataclass(frozen=True)
class Part:
    """A part of a citizen's message, as a provider hands it over."""

    provider: str
    sender: str
    text: str
    piece: Piece


async def take(session: AsyncSession, here: Context, parts: Sequence[Part]) -> int:
    """Keep parts; returns how many were new. What is whole now is given by `whole`."""
    await repository.take_turn(session)
    await parts_repository.forget(session, here.rules.parts_wait_seconds)
    new = 0
    for part in parts:
        number_hash = here.vault.fingerprint(mobiles.normalise(part.sender) or part.sender)
        part_id = new_id()
        # as JSON in ASCII: a part may end in the middle of a character
        sealed = here.vault.seal(part_id, json.dumps([part.sender, part.text]).encode(), PART)
        key = Key(part.provider, number_hash, part.piece.reference, part.piece.total)
        is_new = await parts_repository.put(session, StoredPart(part_id, key, part.piece.place, sealed))
        new += is_new
    return new


async def whole(session: AsyncSession, here: Context) -> list[Inbound]:
    """Messages that are to be dealt with now, in the transaction in which they are."""
    await repository.take_turn(session)
    ready = await parts_repository.ready(session, here.rules.parts_wait_seconds, AT_ONCE)
    await parts_repository.handled(session, [part.part_id for part in ready])
    return [_message(here, key, list(parts)) for key, parts in groupby(ready, key=lambda part: part.key)]


def _message(here: Context, key: Key, parts: Sequence[StoredPart]) -> Inbound:
    said: dict[int, str] = {}
    sender = ""
    for part in parts:
        sender, said[part.place] = json.loads(here.vault.open(part.part_id, part.sealed, PART))
    return Inbound(f"{key.provider}:{parts[0].part_id}", sender, joined(said, key.total))
