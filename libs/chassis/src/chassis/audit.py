"""Audit of one service's record: `python -m chassis.audit verify|export SERVICE [HEADS]`, for `unicard audit`.

Needs `UNICARD_DATABASE_URL`; to verify `UNICARD_RECORD_CHAIN_KEY` besides (in the environment, or as files of that name
in `UNICARD_SECRETS_DIR`). HEADS is a file, or `-` for standard input. `export` writes the heads of the chain as
JSON, to be kept where nobody who can write to the database reads; `verify` walks the whole chain and holds it against
heads that were exported before. Exit code 1: it does not hold.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import date
from pathlib import Path

import asyncpg
import orjson
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.records.chain import ChainKey, Head
from chassis.records.verify import Walk, compare, verify
from chassis.sealing import key_bytes

_HEADS = """
    SELECT DISTINCT ON (month) month, position, encode(mac, 'hex') AS mac FROM (
        SELECT month, position, mac FROM record_head UNION ALL
        (SELECT DISTINCT ON (month) month, position, mac FROM record_link ORDER BY month, position DESC)
    ) h ORDER BY month, position DESC
"""
_AT = "SELECT mac FROM record_link WHERE month = $1 AND position = $2"


class AuditSettings(BaseSettings):
    """Where the record is, and with which key its chain was made; the key is read to verify only."""

    model_config = SettingsConfigDict(
        env_prefix="UNICARD_", secrets_dir=os.environ.get("UNICARD_SECRETS_DIR"), extra="ignore"
    )

    database_url: str
    record_chain_key: SecretStr = SecretStr("")


async def export(connection: asyncpg.Connection) -> list[dict[str, object]]:
    """Where the chain of each month ends."""
    return [{**row, "month": row["month"].isoformat()} for row in await connection.fetch(_HEADS)]


async def check(connection: asyncpg.Connection, key: ChainKey, kept: list[dict[str, object]]) -> Walk:
    """Walk the chain and hold it against heads kept elsewhere: none of them is missing or another."""
    walk = await verify(connection, key)
    heads = {}
    for one in kept:
        month, position = date.fromisoformat(str(one["month"])), int(str(one["position"]))
        found = await connection.fetchval(_AT, month, position)
        mac = bytes.fromhex(str(one["mac"]))
        # what the chain has there is another than what was told: as if it ended before
        heads[month] = Head(position if found is None or bytes(found) == mac else sys.maxsize, mac)
    compare(walk, heads)
    return walk


async def run(command: str, service: str, kept: list[dict[str, object]]) -> int:
    """Do it and write what was found on standard output."""
    settings = AuditSettings()
    connection = await asyncpg.connect(settings.database_url)
    try:
        if command == "export":
            sys.stdout.buffer.write(orjson.dumps({"service": service, "heads": await export(connection)}))
            return 0
        key = ChainKey(service, key_bytes(settings.record_chain_key.get_secret_value()))
        walk = await check(connection, key, kept)
    finally:
        await connection.close()
    records = sum(head.position for head in walk.heads.values())
    faults = [f"{one.month:%Y-%m} {one.position}: {one.what} {one.record_id or ''}".strip() for one in walk.faults]
    sys.stdout.buffer.write(orjson.dumps({"service": service, "records": records, "faults": faults}))
    return 1 if faults else 0


def main() -> None:
    """Read the arguments."""
    if len(sys.argv) not in {3, 4} or sys.argv[1] not in {"verify", "export"}:
        sys.exit("usage: python -m chassis.audit verify|export SERVICE [HEADS]")
    _, command, service, *files = sys.argv
    kept: list[dict[str, object]] = []
    for file in files:
        for document in orjson.loads(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()):
            kept += document["heads"] if document["service"] == service else []
    sys.exit(asyncio.run(run(command, service, kept)))


if __name__ == "__main__":
    main()
