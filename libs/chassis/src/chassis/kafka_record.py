"""Kafka record as the consumer and the table of events set aside know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from aiokafka import ConsumerRecord
from sqlalchemy import Row


@dataclass(frozen=True)
class Record:
    """A record, as far as it matters here. Its texts can be stored whatever bytes they came from."""

    topic: str
    partition: int
    offset: int
    key: str | None
    headers: dict[str, str]
    value: bytes | None

    @classmethod
    def of(cls, record: ConsumerRecord, prefix: str = "") -> Record:
        """From aiokafka's record; undecodable bytes are replaced, they are malformed anyway.

        `prefix`: what every topic's name begins with on this cluster; the record's `topic` is without it.
        """
        headers = {_storable(name): _text(value) for name, value in record.headers}
        key = _text(record.key) if record.key is not None else None
        return cls(record.topic.removeprefix(prefix), record.partition, record.offset, key, headers, record.value)

    @classmethod
    def of_row(cls, row: Row[Any]) -> Record:
        """From a row of `parked_event`."""
        return cls(row.topic, row.partition, row.log_offset, row.key, row.headers, row.value)

    def untied(self) -> Record:
        """The same without what ties it to others' events, its key and its id, which stay readable as claims."""
        claims = {"claimed_key": self.key or "", "claimed_id": self.headers.get("ce_id", "")}
        others = {name: value for name, value in self.headers.items() if name != "ce_id"}
        return replace(self, key=None, headers=others | claims)


def _text(raw: bytes | None) -> str:
    return _storable((raw or b"").decode(errors="replace"))


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
