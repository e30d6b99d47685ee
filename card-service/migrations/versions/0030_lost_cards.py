"""Blocks of lost cards that lapse, who reported them and how they were known, and bread codes."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLES = [
    # Set while nobody has asked for a replacement; blocks of before this revision have none and stay.
    "ALTER TABLE card ADD COLUMN lapses_at timestamptz",
    "CREATE INDEX card_lapses ON card (lapses_at) WHERE lapses_at IS NOT NULL",
    """
    CREATE TABLE loss_report (
        report_id uuid PRIMARY KEY,
        card_id uuid NOT NULL REFERENCES card,
        channel text NOT NULL CHECK (channel IN ('counter', 'phone', 'sms', 'system')),
        identified_by text NOT NULL
            CHECK (identified_by IN ('national_id_card', 'passport', 'registered_mobile', 'questions', 'system')),
        reported_by text NOT NULL,
        reported_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX loss_report_card ON loss_report (card_id, reported_at)",
    """
    CREATE TABLE bread_code (
        code_id uuid PRIMARY KEY,
        card_id uuid NOT NULL REFERENCES card,
        -- keyed: of the digits it is found by, and of those that only its holder knows
        locator_mark bytea NOT NULL UNIQUE CHECK (octet_length(locator_mark) = 32),
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        delivery text NOT NULL CHECK (delivery IN ('sms', 'shown')),
        tries_left integer NOT NULL CHECK (tries_left >= 0),
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX bread_code_card ON bread_code (card_id, issued_at)",
    "CREATE INDEX bread_code_age ON bread_code (expires_at)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
