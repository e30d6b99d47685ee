"""A loss is told on the citizens' page, too."""

from __future__ import annotations

from alembic import op

revision = "0066"
down_revision = "0060"
branch_labels = None
depends_on = None

STATEMENTS = [
    """
    ALTER TABLE loss_report
        DROP CONSTRAINT loss_report_channel_check,
        ADD CONSTRAINT loss_report_channel_check
            CHECK (channel IN ('counter', 'phone', 'sms', 'page', 'system')) NOT VALID
    """,
    "ALTER TABLE loss_report VALIDATE CONSTRAINT loss_report_channel_check",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
