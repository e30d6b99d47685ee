"""What a person may meet instead of the page they asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SignedOut(Exception):
    """Nobody is signed in, or no longer. `path` and `query`: where to go on afterwards."""

    path: str
    query: str = ""


@dataclass
class Locked(Exception):
    """The session is locked. `path` and `query`: where to go on once it is opened."""

    path: str
    query: str = ""


class FormStale(Exception):
    """The form belongs to another session."""


class Missing(Exception):
    """There is no such page, or nothing of that name that its person may see."""
