"""Addresses that a form or a link may name to go on at."""

from __future__ import annotations

from staff_console.provider import HOME

__all__ = ["HOME", "own"]


def own(place: str) -> str:
    """A page of the console; anything else is its first page, so that nobody is sent elsewhere by a link."""
    plain = place.isprintable() and "\\" not in place
    return place if plain and (place == HOME or place.startswith((f"{HOME}/", f"{HOME}?"))) else HOME
