"""`python -m broker_access`: keep topics, users and access lists of a broker, until told to stop.

Settings: `UNICARD_KAFKA_BOOTSTRAP` (the listener administrators log in at, by PLAIN), `KAFKA_BROKER_PASSWORD` of the
user `broker`, `<SERVICE>_KAFKA_PASSWORD` of each user; `UNICARD_TOPIC_PREFIX`, `…_PARTITIONS`, `…_RETENTION_HOURS` for
topics that do not exist yet; `UNICARD_ACCESS_MARK`, a file touched whenever all is as it should be.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from broker_access.connection import Kafka
from broker_access.keeper import Keeper, Wanted
from broker_access.table import Table
from broker_access.topics import PARTITIONS, RETENTION_HOURS

BROKER = "broker"

# Its client complains of every connection that is refused, which is what waiting for a broker looks like; what it is
# told here says so once.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())


def password_name(user: str) -> str:
    """Under which name a user's password is kept."""
    return f"{user.upper()}_KAFKA_PASSWORD"


def keeper_of(environment: Mapping[str, str]) -> Keeper:
    """The keeper an environment asks for. Raises KeyError with the name of what is missing."""
    table, mark = Table.of_system(), environment.get("UNICARD_ACCESS_MARK")
    wanted = Wanted.of(
        table,
        {user: environment[password_name(user)] for user in table.users},
        prefix=environment.get("UNICARD_TOPIC_PREFIX", ""),
        partitions=int(environment.get("UNICARD_TOPIC_PARTITIONS") or PARTITIONS),
        retention_hours=int(environment.get("UNICARD_TOPIC_RETENTION_HOURS") or RETENTION_HOURS),
    )
    kafka = Kafka(
        environment["UNICARD_KAFKA_BOOTSTRAP"],
        BROKER,
        environment["KAFKA_BROKER_PASSWORD"],
        "sasl_plaintext",
        mechanism="PLAIN",
    )
    return Keeper(kafka, wanted, _say, Path(mark).touch if mark else lambda: None)


def _say(what: str) -> None:
    line = {"timestamp": datetime.now(UTC).isoformat(), "service": "kafka-access", "event": what}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def _run() -> None:
    keeping = asyncio.ensure_future(keeper_of(os.environ).keep())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, keeping.cancel)
    await asyncio.gather(keeping, return_exceptions=True)


def main() -> None:
    """Keep until a signal comes."""
    asyncio.run(_run())


if __name__ == "__main__":
    main()
