"""What notify-service adds to the chassis' runtime."""

from __future__ import annotations

from typing import cast

from chassis.runtime import Runtime
from notify_service.settings import Settings
from notify_service.vault import Vault

_VAULT = "notify.vault"


def install(runtime: Runtime) -> None:
    """Prepare the keys once."""
    runtime.extra[_VAULT] = settings_of(runtime).vault()


def vault_of(runtime: Runtime) -> Vault:
    """What seals and opens personal data."""
    return cast("Vault", runtime.extra[_VAULT])


def settings_of(runtime: Runtime) -> Settings:
    """The service's own settings."""
    return cast("Settings", runtime.settings)
