"""Backups as compose makes them, tried with the engine's own tools: encrypted, restored to a moment, old ones too."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from tests.compose.files import ROOT

from devstack.engines.postgres import PostgresEngine, binaries

SCRIPTS = ROOT / "deploy" / "postgres"
KEY = "k" * 43
SECRET = "29901011234567"  # stands for what must not lie in a backup


class Server(PostgresEngine):
    """A server that knows, as its container does, what its backups are encrypted with."""

    knows: Mapping[str, str] = {}

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), **self.knows}


@dataclass
class Installation:
    """A server that archives its log, and where its backups lie."""

    engine: PostgresEngine
    home: Path

    @property
    def base(self) -> Path:
        return self.home / "backups" / "base"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{binaries()}:{os.environ['PATH']}",
            "LC_ALL": "C",
            "BACKUP_KEY": KEY,
            "BACKUPS": str(self.home / "backups"),
            "BACKUPS_KEPT": "2",
            "TMPDIR": str(self.home / "tmp"),
            "ASIDE": str(self.home / "aside"),
            "PGDATA": str(self.engine.data_dir),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.engine.port),
            "PGUSER": "postgres",
            "PGPASSWORD": self.engine.password,
        }

    def run(self, script: str, *arguments: str, expect: int = 0, **changed: str) -> str:
        """Run a script as the server's own user, as its container does."""
        return self._bash([str(SCRIPTS / script), *arguments], expect, changed)

    def command(self, line: str) -> str:
        return self._bash(["-c", line], 0, {})

    def _bash(self, arguments: Sequence[str], expect: int, changed: Mapping[str, str]) -> str:
        identity = self.engine.identity()
        done = subprocess.run(
            ["bash", *arguments],
            env={**self.environment, **changed},
            capture_output=True,
            text=True,
            check=False,
            user=None if identity is None else identity.uid,
            group=None if identity is None else identity.gid,
        )
        assert (done.returncode == 0) == (expect == 0), done.stdout + done.stderr
        return done.stdout + done.stderr

    def files(self) -> list[Path]:
        return [path for path in (self.home / "backups").rglob("*") if path.is_file()]


@pytest.fixture
def installation() -> Iterator[Installation]:
    """A server with an archive, on a disk the server's user may use."""
    with tempfile.TemporaryDirectory(prefix="unicard-backups-") as name:
        home = Path(name)
        home.chmod(0o711)
        for folder in ("backups/wal", "backups/base", "tmp", "aside", "data"):
            (home / folder).mkdir(parents=True)
        settings = {"archive_mode": "on", "archive_command": f"bash {SCRIPTS}/archive.sh %p %f"}
        engine = Server(home / "data" / "postgres", settings=settings)
        made = Installation(engine, home)
        engine.knows = {name: made.environment[name] for name in ("PATH", "BACKUP_KEY", "BACKUPS", "TMPDIR")}
        identity = engine.identity()
        if identity is not None:
            for path in (home, *home.rglob("*")):
                os.chown(path, identity.uid, identity.gid)
        engine.start()
        yield made
        engine.stop()


async def execute(installation: Installation, *statements: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(installation.engine.url())
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return list(await connection.fetch(statements[-1]))
    finally:
        await connection.close()


async def recovered(installation: Installation) -> None:
    """Start the server and wait until it has replayed the log and goes on by itself."""
    installation.engine.start()
    deadline = time.monotonic() + 30
    while (await execute(installation, "SELECT pg_is_in_recovery() AS yes"))[0]["yes"]:
        assert time.monotonic() < deadline, installation.engine.log_tail()
        await asyncio.sleep(0.1)


async def archived(installation: Installation) -> None:
    """Wait until the log of now is in the archive."""
    (row,) = await execute(installation, "SELECT pg_walfile_name(pg_current_wal_lsn()) AS name")
    await execute(installation, "SELECT pg_switch_wal()")
    deadline = time.monotonic() + 30
    while not (installation.home / "backups" / "wal" / f"{row['name']}.gz.gpg").exists():
        assert time.monotonic() < deadline, installation.engine.log_tail()
        await asyncio.sleep(0.1)


async def filled(installation: Installation) -> str:
    """A backup, more rows, a moment, and a mistake after it; the moment."""
    await execute(installation, "CREATE TABLE kept (word text)", f"INSERT INTO kept VALUES ('{SECRET}') RETURNING 1")
    installation.run("backup.sh")
    (row,) = await execute(installation, "INSERT INTO kept VALUES ('later')", "SELECT clock_timestamp()::text AS now")
    await asyncio.sleep(1.1)
    await execute(installation, "DELETE FROM kept", "SELECT 1")
    await archived(installation)
    return str(row["now"])


async def test_a_backup_is_encrypted_and_comes_back_to_a_moment(installation: Installation) -> None:
    moment = await filled(installation)
    assert installation.files()
    for path in installation.files():
        content = path.read_bytes()
        assert SECRET.encode() not in content, path
        if path.suffix == ".gpg":
            with pytest.raises(gzip.BadGzipFile):
                gzip.decompress(content)
        else:
            assert path.name in {"finished", "log"}, path
    assert "running" in installation.run("restore.sh", moment, expect=1)
    installation.engine.stop()
    assert "no base backup" in installation.run("restore.sh", "2020-01-01 00:00:00+00", expect=1)
    before = sorted(path.name for path in installation.engine.data_dir.iterdir())
    installation.run("restore.sh", moment, expect=1, BACKUP_KEY="another")
    assert sorted(path.name for path in installation.engine.data_dir.iterdir()) == before, "nothing is touched"
    installation.run("restore.sh", moment)
    await recovered(installation)
    assert [row["word"] for row in await execute(installation, "SELECT word FROM kept")] == [SECRET, "later"]
    await execute(installation, "INSERT INTO kept VALUES ('goes on') RETURNING 1")
    installation.run("backup.sh")


async def test_an_altered_backup_is_refused(installation: Installation) -> None:
    await filled(installation)
    installation.engine.stop()
    (sealed,) = installation.base.glob("*/data.tar.gz.gpg")
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    installation.run("restore.sh", "latest", expect=1)


async def test_a_backup_of_before_encryption_comes_back(
    installation: Installation,
) -> None:
    await execute(installation, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('old') RETURNING 1")
    (start,) = await execute(installation, "SELECT pg_walfile_name(pg_current_wal_lsn()) AS name")
    old = installation.base / "20200101T000000Z"
    installation.command(f"pg_basebackup --no-password --pgdata={old}/data --checkpoint=fast --wal-method=stream")
    (old / "finished").write_text(str(int(time.time())))
    await execute(installation, "INSERT INTO kept VALUES ('later') RETURNING 1")
    await archived(installation)
    wal = installation.home / "backups" / "wal"
    for sealed in wal.glob(f"{start['name']}*.gz.gpg"):  # as the version before kept it
        installation.command(f"source {SCRIPTS}/seal.sh; unseal {sealed} >{sealed.with_suffix('')}; rm {sealed}")
    installation.engine.stop()
    installation.run("restore.sh", "latest")
    await recovered(installation)
    assert [row["word"] for row in await execute(installation, "SELECT word FROM kept")] == ["old", "later"]
    shutil.rmtree(installation.home / "aside")
    (installation.home / "aside").mkdir()
    installation.run("backup.sh", BACKUPS_KEPT="1")
    assert not old.exists()
    assert not list(wal.glob("*.gz")), "log that only the old backup needed"
