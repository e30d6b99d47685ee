"""Keep a small installation of an older version for the test of its upgrade: `tools/upgrade_archive.py CHECKOUT FILE`.

CHECKOUT is a worktree of that version, set up (`make setup`). Its system is started on free ports in a folder of its
own, a small demo is played, a terminal enrolled and a sale made by hand; then the databases are dumped as a superuser
does it and packed, with the secrets, the API clients and the terminal, into FILE (tar, xz). Everything in it was made
for this archive and belongs to nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

from devstack.engines.ports import LOOPBACK
from devstack.engines.postgres import binaries
from devstack.settings import on_free_ports

SERVICES = ("card", "supply", "health", "payment", "notify")
KEPT = ("secrets.env", "clients.json", "demo-report.json", "terminals")
LOAVES = 5
SETTLE_SECONDS = 5  # until every event is published and heard
# What a week without a sale leaves of the events: nothing but how citizens are reached, for the newest version to read.
FORGET = """
    DELETE FROM outbox WHERE topic <> 'card.contacts.v1' AND id <= (SELECT id FROM outbox_cursor);
    DELETE FROM inbox;
    DELETE FROM idempotency;
"""


def make(checkout: Path, file: Path) -> None:
    """Play and pack. Raises CalledProcessError where a step fails."""
    commit = _said(["git", "rev-parse", "--short=7", "HEAD"], checkout, os.environ)
    with tempfile.TemporaryDirectory(prefix="unicard-archive-") as name:
        home = Path(name)
        environment = {**os.environ, **on_free_ports(), "UNICARD_HOME": name}
        unicard = str(checkout / ".venv" / "bin" / "unicard")

        def run(*arguments: str) -> str:
            return _said([unicard, *arguments], checkout, environment)

        run("up", "--detach", "--no-demo")
        try:
            run("demo", "--scale", "0.002", "--days", "4")
            report = json.loads((home / "demo-report.json").read_text(encoding="utf-8"))["run"]
            month = date.fromisoformat(report["month"])
            _move_clocks(home, environment, (month + timedelta(days=31)).replace(day=20))
            run("terminal", "enrol")
            run("terminal", "draw", report["card"], "--loaves", str(LOAVES))
            run("terminal", "balance", report["card"])
            time.sleep(SETTLE_SECONDS)
            _dump(home, environment)
        finally:
            run("down")
        made = {"commit": commit, "made_at": datetime.now(UTC).isoformat(), "card": report["card"]}
        (home / "archive.json").write_text(json.dumps(made, indent=1), encoding="utf-8")
        with tarfile.open(file, "w:xz", preset=9) as archive:
            for kept in (*KEPT, "archive.json", "databases.sql"):
                archive.add(home / kept, kept)


def _said(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, text=True, check=True, timeout=900
    )
    return done.stdout.strip()


def _move_clocks(home: Path, environment: Mapping[str, str], day: date) -> None:
    """Bring business time to the morning of a day the demo has not lived through."""
    edge = f"http://{LOOPBACK}:{environment['UNICARD_EDGE_PORT']}"
    known = json.loads((home / "clients.json").read_text(encoding="utf-8"))["operations"]
    form = f"grant_type=client_credentials&client_id=operations&client_secret={known['client_secret']}"
    with urlopen(f"{edge}/oauth/token", form.encode()) as reply:  # noqa: S310 - of this machine
        token = json.load(reply)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"now": f"{day}T08:00:00+02:00"}).encode()
    for service in SERVICES:
        with urlopen(Request(f"{edge}/v1/training/clock/{service}", body, headers, method="PUT")):  # noqa: S310
            pass


def _dump(home: Path, environment: Mapping[str, str]) -> None:
    """Dump all databases and roles, without the roles' passwords: they are set anew at every start."""
    secrets = dict(line.split("=", 1) for line in (home / "secrets.env").read_text().splitlines() if "=" in line)
    given = {
        "PATH": os.environ["PATH"],
        "PGHOST": LOOPBACK,
        "PGPORT": environment["UNICARD_POSTGRES_PORT"],
        "PGUSER": "postgres",
        "PGPASSWORD": secrets["POSTGRES_PASSWORD"],
    }
    for service in ("gateway", *SERVICES):
        _said([str(binaries() / "psql"), "-q", "-d", f"unicard_{service}", "-c", FORGET], home, given)
    command = [str(binaries() / "pg_dumpall"), "--no-role-passwords", f"--file={home / 'databases.sql'}"]
    _said(command, home, given)


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
