"""What providers bring over their own lines, into the use cases that aggregators reach by requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from notify_service.channels.channel import Report, Text
from notify_service.context import Context
from notify_service.inquiries import long_texts, repository, service
from notify_service.inquiries.long_texts import Part
from notify_service.inquiries.service import Inbound
from notify_service.messages import part_receipts

# A provider that had no acknowledgement brings the message again, under no name that we would know it by. The same
# words from the same number within this time, and one such span before, are the same message.
SAME_SECONDS = 300


async def take(session: AsyncSession, here: Context, reports: Sequence[Report], texts: Sequence[Text]) -> None:
    """Take receipts and citizens' messages; what is committed of it may be acknowledged."""
    if reports:
        await part_receipts.take(session, here.rules.retries, reports)
    if texts:
        await _take_texts(session, here, texts)


async def _take_texts(session: AsyncSession, here: Context, texts: Sequence[Text]) -> None:
    parts = [Part(text.provider, text.sender, text.text, text.piece) for text in texts if text.piece]
    named = [(text, list(_names(here, text))) for text in texts if not text.piece]
    known = await repository.known(session, [name for _, names in named for name in names])
    new = [Inbound(names[0], text.sender, text.text) for text, names in named if not known & set(names)]
    if parts:
        await long_texts.take(session, here, parts)
        whole = await long_texts.whole(session, here)
        new += whole
    await service.take_inbound(session, here, new, here.clock.now())


def _names(here: Context, text: Text) -> Iterator[str]:
    """What a message is known by if it came in this span, or in the one before."""
    said = f"{text.provider}\n{text.sender}\n{text.text}"
    span = int(text.at.timestamp()) // SAME_SECONDS
    for one in (span, span - 1):
        mark = here.vault.fingerprint(f"{one}\n{said}", b"inbound")
        yield f"{text.provider}:{mark.hex()}"
