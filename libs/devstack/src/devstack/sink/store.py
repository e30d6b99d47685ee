"""The sink's messages, in SQLite: bounded, and there again after a restart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    encoding TEXT NOT NULL,
    parts INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0,
    delivered_at TEXT,
    reported INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, id);
CREATE INDEX IF NOT EXISTS message_unreported ON message (id) WHERE reported = 0;
CREATE TABLE IF NOT EXISTS inbound (
    provider_id TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    received_at TEXT NOT NULL
);
"""

_FOLLOWING = (
    "SELECT id, reference, recipient AS 'to', sender, text, encoding, parts, received_at, delivered_at"
    " FROM message WHERE id > :after AND (:to IS NULL OR recipient = :to) ORDER BY id LIMIT :limit"
)
_NEWEST = _FOLLOWING.replace("ORDER BY id", "ORDER BY id DESC")


@dataclass(frozen=True)
class Message:
    """An SMS as the service hands it over."""

    reference: str
    to: str
    sender: str
    text: str
    encoding: str
    parts: int


def now() -> str:
    """This moment as RFC 3339: a telephone network keeps real time, whatever the training clock says."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Store:
    """One file of messages. Every method is quick enough to be called inside the event loop."""

    def __init__(self, path: Path, most_messages: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._most = most_messages
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def accept(self, messages: Sequence[Message]) -> list[int]:
        """Keep messages, each reference once; the ids, those of earlier ones for repeats."""
        moment = now()
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            ids = [
                self._db.execute(
                    "INSERT INTO message (reference, recipient, sender, text, encoding, parts, received_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (reference) DO UPDATE SET repeats = repeats + 1 RETURNING id",
                    (m.reference, m.to, m.sender, m.text, m.encoding, m.parts, moment),
                ).fetchone()[0]
                for m in messages
            ]
            self._db.execute("DELETE FROM message WHERE id <= (SELECT max(id) FROM message) - ?", (self._most,))
        return ids

    def messages(self, to: str | None, after: int, limit: int, *, newest: bool) -> list[dict[str, Any]]:
        """Messages in the order of their coming; with `newest` the last `limit` instead of the first."""
        query = _NEWEST if newest else _FOLLOWING
        rows = self._db.execute(query, {"after": after, "to": to, "limit": limit}).fetchall()
        found = [dict(row) for row in rows]
        return found[::-1] if newest else found

    def unreported(self, limit: int) -> list[tuple[int, str, str]]:
        """Id, reference and moment of delivery of messages whose receipt has not been taken yet.

        The moment is kept at the first call, so that a receipt sent again is the same receipt.
        """
        self._db.execute(
            "UPDATE message SET delivered_at = ? WHERE delivered_at IS NULL AND id IN"
            " (SELECT id FROM message WHERE reported = 0 ORDER BY id LIMIT ?)",
            (now(), limit),
        )
        rows = self._db.execute(
            "SELECT id, reference, delivered_at FROM message WHERE reported = 0 ORDER BY id LIMIT ?", (limit,)
        )
        return [(row["id"], row["reference"], row["delivered_at"]) for row in rows]

    def reported(self, ids: Iterable[int]) -> None:
        """Note that the receipts of these messages have been taken."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("UPDATE message SET reported = 1 WHERE id = ?", [(number,) for number in ids])

    def keep_inbound(self, provider_id: str, sender: str, text: str) -> str:
        """Keep what a citizen sent; the moment it came."""
        moment = now()
        self._db.execute("INSERT INTO inbound VALUES (?, ?, ?, ?)", (provider_id, sender, text, moment))
        return moment

    def counts(self) -> dict[str, int]:
        """How many messages came, how many of them again, to how many people, and what was reported."""
        row = self._db.execute(
            "SELECT count(*) AS messages, coalesce(sum(parts), 0) AS parts, coalesce(sum(repeats), 0) AS repeats,"
            " count(DISTINCT recipient) AS recipients, coalesce(sum(reported), 0) AS reported,"
            " (SELECT count(*) FROM inbound) AS inbound FROM message"
        ).fetchone()
        return dict(row)
