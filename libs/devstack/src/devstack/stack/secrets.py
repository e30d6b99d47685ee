"""Secrets of this installation: made at the first start, kept in `secrets.env`, readable by the owner only."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from devstack.engines.files import write_private
from devstack.stack.programs import DATABASES, SERVICES

BOOTSTRAP_CLIENT = "bootstrap"


def _password() -> str:
    return secrets.token_urlsafe(24)


def _key() -> str:
    """32 random bytes in base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def _ring() -> str:
    """A ring of one key, named for the day a second one joins it."""
    return f"k1:{_key()}"


# What is kept, under the name of the setting it becomes where a service reads it.
_MAKERS: Mapping[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _password,
    "UNICARD_BOOTSTRAP_CLIENT_ID": lambda: BOOTSTRAP_CLIENT,
    "UNICARD_BOOTSTRAP_CLIENT_SECRET": _password,
    "UNICARD_GATEWAY_KEYS": _ring,
    "UNICARD_SMS_TOKEN": _password,
    "UNICARD_CONTACT_KEYS": _ring,
    "UNICARD_PLACE_CONTACT_KEYS": _ring,
    "UNICARD_RATION_CARD_KEY": _key,
    "UNICARD_SUPPLY_SIGNING_KEYS": _ring,
    "UNICARD_CARD_DATA_KEYS": _ring,
    "UNICARD_CARD_LOOKUP_KEY": _key,
    "UNICARD_CARD_PIN_KEY": _key,
    "UNICARD_CARD_PIN_TRANSPORT_KEYS": _ring,
    "UNICARD_CARD_SIGNING_KEYS": _ring,
    "UNICARD_HEALTH_DATA_KEYS": _ring,
    "UNICARD_NOTIFY_DATA_KEYS": _ring,
    "UNICARD_NOTIFY_LOOKUP_KEY": _key,
    "UNICARD_CITIZEN_KEYS": _ring,
    "UNICARD_CONSOLE_KEYS": _ring,
    "UNICARD_CONSOLE_CLIENT_KEY": _key,
    **{program.record_keys_name: _ring for program in SERVICES},
    **{program.chain_key_name: _key for program in SERVICES},
    "KAFKA_BROKER_PASSWORD": _password,
    **{program.password_name: _password for program in DATABASES},
    **{program.owner_password_name: _password for program in DATABASES},
    **{program.kafka_password_name: _password for program in SERVICES},
}


def load_secrets(folder: Path) -> dict[str, str]:
    """The installation's secrets; those that are missing are made and kept."""
    path = folder / "secrets.env"
    kept: dict[str, str] = {}
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    missing = {name: make() for name, make in _MAKERS.items() if name not in kept}
    if missing:
        kept |= missing
        text = "# Secrets of this installation. Whoever loses them loses the data they seal.\n"
        write_private(path, text + "".join(f"{name}={value}\n" for name, value in kept.items()))
    return kept
