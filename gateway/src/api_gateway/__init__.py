"""Unified Card: the edge, its tokens and its documentation."""

from __future__ import annotations

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"
