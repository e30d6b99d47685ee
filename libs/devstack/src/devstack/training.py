"""A training installation: a second system beside the first one, with nothing of its data, keys, ports or topics.

Whoever says `UNICARD_TRAINING=true` (`unicard --training …`) means it. A setting `UNICARD_TRAINING_X` is its
`UNICARD_X`; those of the first system that say where something is are none of its business.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from devstack.engines.process import EngineError

VARIABLE: Final = "UNICARD_TRAINING"
HOME: Final = "UNICARD_TRAINING_HOME"
FOLDER: Final = "training"
PREFIX: Final = "training."
# Its ports are the first system's usual ones and this: 10080 for 8080.
PORTS_APART: Final = 2000
_MARK: Final = "training-system"
_OWN: Final = f"{VARIABLE}_"
_SAYS: Final = f"{VARIABLE}_CLOCK"  # of every demonstration, not of this one alone
_PLACES: Final = frozenset(
    {"UNICARD_POSTGRES_URL", "UNICARD_TOPIC_PREFIX", "UNICARD_PUBLIC_URL", "UNICARD_HOME", "UNICARD_SMS_URL"}
)
_ALL_OF: Final = "UNICARD_KAFKA_"


def is_meant(given: Mapping[str, str]) -> bool:
    """Whether an environment means the training installation."""
    return given.get(VARIABLE, "").lower() in {"true", "1", "yes"}


def environment(given: Mapping[str, str], ports: Mapping[str, tuple[str, int]], folder: Path) -> dict[str, str]:
    """The settings of the training installation beside the system that `given` is of, which is kept in `folder`.

    Raises EngineError where both would keep their databases on one server: they are called the same.
    """
    usual = {variable: str(port + PORTS_APART) for variable, port in ports.values()}
    left_out = _PLACES | set(usual)
    kept = {
        name: value
        for name, value in given.items()
        if (name not in left_out and not name.startswith((_ALL_OF, _OWN))) or name == _SAYS
    }
    own = {
        f"UNICARD_{name.removeprefix(_OWN)}": value
        for name, value in given.items()
        if name.startswith(_OWN) and name != _SAYS
    }
    first, second = given.get("UNICARD_POSTGRES_URL"), own.get("UNICARD_POSTGRES_URL")
    if first and second and _server(first) == _server(second):
        raise EngineError(f"{_OWN}POSTGRES_URL is the first system's server: training needs one of its own")
    return {**kept, **usual, "UNICARD_TOPIC_PREFIX": PREFIX, "UNICARD_HOME": str(folder / FOLDER), **own}


def claim(folder: Path, *, training: bool) -> None:
    """Mark the folder of a training installation. Raises EngineError for a folder that holds the other kind of data."""
    mark = folder / _MARK
    if training == mark.exists():
        return
    if not training:
        raise EngineError(f"{folder} holds a training system: its data never becomes a real one's")
    if (folder / "secrets.env").exists():
        raise EngineError(f"{folder} holds a system that is none for training: choose another folder by {HOME}")
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


def is_marked(folder: Path) -> bool:
    """Whether a folder holds a training installation's data, which may be thrown away."""
    return (folder / _MARK).exists()


def _server(url: str) -> tuple[str | None, int]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or 5432
