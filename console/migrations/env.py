"""Alembic's entry: the packages whose tables stand in this database."""

from chassis.migrations import run_env, stated

run_env(stated("staff_console"))
