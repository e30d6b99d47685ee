"""What the gateway's app accepts as settings."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from api_gateway.settings import Settings

KEYS = "k1:" + "A" * 43


def settings(secret: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": "postgresql://user:pw@host/db",
            "kafka_bootstrap": "host:9092",
            "gateway_keys": KEYS,
            "bootstrap_client_secret": secret,
        }
    )


def test_an_empty_bootstrap_secret_is_none_and_a_short_one_is_refused() -> None:
    assert settings("").bootstrap_client_secret is None
    assert settings("long enough to be a secret").bootstrap_client_secret is not None
    with pytest.raises(ValidationError, match="at least 24"):
        settings("short")
