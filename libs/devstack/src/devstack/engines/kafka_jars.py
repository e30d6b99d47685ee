"""Kafka's jars: exactly those of the lock file, fetched once by `jgo` into Maven's local repository.

The lock file (`kafka.lock.toml`, in jgo's format) names every artifact with its SHA-256 and no
address. Nothing is resolved at run time: resolvers have been seen to mix versions of Kafka's jars.
A mirror of Maven Central is set in jgo's own settings (`[repositories]` of `~/.config/jgo.conf`).
"""

from __future__ import annotations

import fcntl
import hashlib
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devstack.engines.process import EngineError

LOCK_FILE = Path(__file__).with_name("kafka.lock.toml")
_KAFKA_GROUP = "org.apache.kafka"
_PARALLEL_DOWNLOADS = 6


@dataclass(frozen=True)
class Jar:
    """One locked artifact."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def relative_path(self) -> Path:
        """Where the artifact lies in a Maven repository."""
        folder = Path(*self.group.split("."), self.artifact, self.version)
        return folder / f"{self.artifact}-{self.version}.jar"


def locked(lock_file: Path = LOCK_FILE) -> list[Jar]:
    """The artifacts of the lock file; `EngineError` when Kafka's own jars are not of one version."""
    entries = tomllib.loads(lock_file.read_text(encoding="utf-8"))["dependencies"]
    jars = [Jar(e["groupId"], e["artifactId"], e["version"], e["sha256"]) for e in entries]
    versions = {jar.version for jar in jars if jar.group == _KAFKA_GROUP}
    if len(versions) != 1:
        raise EngineError(f"{lock_file} mixes versions of Kafka: {', '.join(sorted(versions)) or 'none'}")
    return jars


def kafka_version() -> str:
    """The version of Kafka in the lock file."""
    return next(jar.version for jar in locked() if jar.group == _KAFKA_GROUP)


def class_path() -> list[Path]:
    """Paths of all locked jars, fetched where missing, their sums verified."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL

    settings = GlobalSettings.load()
    repository = Path(settings.repo_cache)
    jars = locked()
    missing = [jar for jar in jars if not intact(repository / jar.relative_path, jar)]
    if missing:
        with _one_fetcher_at_a_time(repository):
            still = [jar for jar in missing if not intact(repository / jar.relative_path, jar)]
            _fetch(still, repository, {**settings.repositories, "central": MAVEN_CENTRAL_URL})
    return [repository / jar.relative_path for jar in jars]


def intact(path: Path, jar: Jar) -> bool:
    """Whether the file is there and is the one the lock names."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256


def _fetch(jars: Iterable[Jar], repository: Path, remotes: dict[str, str]) -> None:
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=repository, remote_repos=remotes, timeout=60)

    def fetch(jar: Jar) -> None:
        path = repository / jar.relative_path
        path.unlink(missing_ok=True)  # a download that was cut off
        context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        if not intact(path, jar):
            path.unlink(missing_ok=True)
            raise EngineError(f"{path.name} is not the file the lock names (SHA-256 differs); it was deleted")

    with ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
        for outcome in [pool.submit(fetch, jar) for jar in jars]:
            try:
                outcome.result()
            except (OSError, RuntimeError) as error:
                if isinstance(error, EngineError):
                    raise
                raise EngineError(f"Kafka's jars could not be fetched from Maven Central: {error}") from error


class _one_fetcher_at_a_time:  # noqa: N801 - used as a statement
    """A lock in the repository, so that two first starts at once do not write the same files."""

    def __init__(self, repository: Path) -> None:
        repository.mkdir(parents=True, exist_ok=True)
        self._file = (repository / ".unicard.lock").open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()
