"""Providers can be reached: a sealed number, by which they are told what happens to their terminals."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute(
        "ALTER TABLE provider ADD COLUMN contact text,"  # sealed; the last word that went to notify-service
        " ADD COLUMN contact_language text NOT NULL DEFAULT 'ar' CHECK (contact_language IN ('ar', 'en'))"
    )
