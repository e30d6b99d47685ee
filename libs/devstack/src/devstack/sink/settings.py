"""Settings of the SMS sink (`UNICARD_SINK_…`, and the token it shares with notify-service)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devstack.engines.ports import LOOPBACK


@dataclass(frozen=True)
class SinkSettings:
    """What the sink must be told."""

    port: int
    database: Path
    token: str
    gateway_url: str
    clients_file: Path
    host: str = LOOPBACK
    client_id: str = "sms-provider"
    most_messages: int = 200_000
    receipt_seconds: float = 0.25

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> SinkSettings:
        """The settings of the environment; `KeyError` with the name of one that is missing."""
        given = os.environ if environment is None else environment
        return cls(
            port=int(given["UNICARD_SINK_PORT"]),
            database=Path(given["UNICARD_SINK_DATABASE"]),
            token=given["UNICARD_SMS_TOKEN"],
            gateway_url=given["UNICARD_SINK_GATEWAY_URL"],
            clients_file=Path(given["UNICARD_SINK_CLIENTS"]),
            host=given.get("UNICARD_SINK_HOST", cls.host),
            most_messages=int(given.get("UNICARD_SINK_MOST_MESSAGES", cls.most_messages)),
            receipt_seconds=float(given.get("UNICARD_SINK_RECEIPT_SECONDS", cls.receipt_seconds)),
        )
