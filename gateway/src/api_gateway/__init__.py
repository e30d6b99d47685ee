"""Unified Card: the edge, its tokens and its documentation."""

from __future__ import annotations

from pathlib import Path

POLICIES = Path(__file__).parents[2] / "policies"
MIGRATIONS = Path(__file__).parents[2] / "migrations"
