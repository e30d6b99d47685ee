"""Which outlets and providers were registered for trials: only they may be units of one."""

from __future__ import annotations

from alembic import op

from chassis.restating.ddl import lacking

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

CHANGES = [
    """
    CREATE TABLE trial_place (
        place_id uuid PRIMARY KEY,
        unit_kind text NOT NULL CHECK (unit_kind IN ('outlet', 'provider')),
        governorate text NOT NULL
    )
    """,
    # What was registered before is told again; an installation that nobody uses yet lacks nothing.
    lacking("outlets", 1, "outlets of trials", "EXISTS (SELECT FROM pickup_site)"),
    lacking("providers", 1, "providers of trials", "EXISTS (SELECT FROM pickup_site)"),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in CHANGES:
        op.execute(statement)
