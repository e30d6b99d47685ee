"""`python -m chassis.migrate card_service`: bring one service's database to its newest revision."""

from __future__ import annotations

import importlib
import os
import sys
from urllib.parse import unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.migrations import run_migrations


class MigrationSettings(BaseSettings):
    """What a migration must be told: environment `UNICARD_…`, or files of that name in `UNICARD_SECRETS_DIR`."""

    model_config = SettingsConfigDict(
        env_prefix="UNICARD_", secrets_dir=os.environ.get("UNICARD_SECRETS_DIR"), extra="ignore"
    )

    owner_url: str | None = Field(
        default=None, description="the database by the role that owns its tables; by default the service's own address"
    )
    database_url: str | None = Field(default=None, description="the address the service uses")
    service_role: str | None = Field(
        default=None, description="the role the service runs as, which gets its rights; by default that of its address"
    )

    def address(self) -> str:
        """By which the database is migrated. Raises ValueError where none is given."""
        if not (found := self.owner_url or self.database_url):
            raise ValueError("UNICARD_OWNER_URL or UNICARD_DATABASE_URL is needed")
        return found

    def role(self) -> str | None:
        """The role the service runs as, None where nobody has said it."""
        if self.service_role or not self.database_url:
            return self.service_role
        name = urlsplit(self.database_url).username
        return None if name is None else unquote(name)


def main() -> None:
    """Migrate the database of `UNICARD_OWNER_URL` with the migrations of the named package."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m chassis.migrate PACKAGE")
    package = importlib.import_module(sys.argv[1])
    settings = MigrationSettings()
    run_migrations(settings.address(), package.MIGRATIONS, role=settings.role())


if __name__ == "__main__":
    main()
