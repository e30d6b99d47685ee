"""Several processes may migrate one database at once."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from chassis import migrations
from chassis.testing import MakeDatabase, as_owner, connected_as_owner, migrate

from ..probe_service import MIGRATIONS


async def test_second_process_waits_however_long_the_first_takes(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "100ms")
    url = await make_database(MIGRATIONS)
    first = await asyncpg.connect(as_owner(url))
    await first.execute(migrations._ADVISORY_LOCK)
    second = asyncio.create_task(migrate(url, MIGRATIONS))
    done, _ = await asyncio.wait([second], timeout=3)
    assert not done, second.exception()
    await first.close()
    await second


REVISION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "{own}", {before}, None, None
def upgrade():
    op.execute("CREATE TABLE probe_{own} (n integer)")
    {more}
"""


async def test_a_revision_that_fails_takes_back_itself_alone_and_holds_no_lock_for_the_next(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    url = await make_database(MIGRATIONS)
    shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    versions = tmp_path / "migrations" / "versions"
    newest = max(one.name[:4] for one in versions.glob("0*.py"))
    (versions / "8001.py").write_text(REVISION.format(own="8001", before=repr(newest), more=""))
    (versions / "8002.py").write_text(REVISION.format(own="8002", before="'8001'", more="op.execute('SELECT 1 / 0')"))
    with pytest.raises(DBAPIError, match="division by zero"):
        await migrate(url, tmp_path / "migrations")
    async with connected_as_owner(url) as owner:
        found = await owner.fetchval("SELECT to_regclass('probe_8001') IS NOT NULL")
        kept = await owner.fetchrow("SELECT version_num, to_regclass('probe_8002') AS failed FROM alembic_version")
        assert kept is not None
        assert (found, kept["version_num"], kept["failed"]) == (True, "8001", None)
    (versions / "8002.py").write_text(REVISION.format(own="8002", before="'8001'", more=""))
    await migrate(url, tmp_path / "migrations")  # goes on from there
    async with connected_as_owner(url) as owner:
        assert await owner.fetchval("SELECT version_num FROM alembic_version") == "8002"
