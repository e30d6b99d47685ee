"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

# ruff: noqa: S608 - nothing but this service's own words is put into a statement

from __future__ import annotations

from typing import Final

from notify_service.messages.repository import LAST_MESSAGE

# What waits is not sent any more, but that the data are erased; what is being sent this moment ends by itself, and its
# words with their retention.
_NOT_LAST: Final = f"template <> '{LAST_MESSAGE}'"
UNSENT: Final = (
    "UPDATE message SET status = 'cancelled', reason = 'erased', ended_at = clock_timestamp()"
    f" WHERE citizen_id = $1 AND status = 'queued' AND {_NOT_LAST}"
)
WORDS: Final = (
    "UPDATE message SET content = NULL, subject = NULL"
    f" WHERE citizen_id = $1 AND status <> 'sending' AND (status <> 'queued' OR {_NOT_LAST})"
    " AND (content IS NOT NULL OR subject IS NOT NULL)"
)
