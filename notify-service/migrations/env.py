"""Alembic's entry: the chassis knows how."""

from chassis.migrations import run_env

run_env()
