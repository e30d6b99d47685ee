"""Notices on receipts."""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0050"
branch_labels = None
depends_on = None

NOTICES = """
    CREATE TABLE receipt_notice (
        notice_id uuid PRIMARY KEY,
        governorate text,                  -- of the outlets; none: the nation's
        district text,                     -- none: the whole governorate's
        programmes text[] NOT NULL CHECK (cardinality(programmes) > 0),
        first_day date NOT NULL,
        last_day date NOT NULL CHECK (last_day >= first_day),
        ar text[] NOT NULL,                -- line by line
        en text[] NOT NULL,
        entered_by text NOT NULL,
        approved_by text NOT NULL,
        approved_at timestamptz NOT NULL,
        withdrawn_by text,
        withdrawn_at timestamptz,
        CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)),
        CHECK (district IS NULL OR governorate IS NOT NULL)
    )
"""


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    op.execute(NOTICES)
