"""Envelopes of PINs that were opened, and codes by which holders prove that they are there."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = [
    "CREATE TABLE pin_envelope (mark bytea PRIMARY KEY CHECK (octet_length(mark) = 32), expires_at timestamptz NOT NULL)",
    "CREATE INDEX pin_envelope_age ON pin_envelope (expires_at)",
    """
    CREATE TABLE holder_code (
        code_id uuid PRIMARY KEY,
        -- keyed: of the card, of what the code is bound to, of the code; none of them is told
        card_mark bytea NOT NULL CHECK (octet_length(card_mark) = 32),
        bound_mark bytea NOT NULL CHECK (octet_length(bound_mark) = 32),
        mark bytea NOT NULL CHECK (octet_length(mark) = 32),
        tries_left integer NOT NULL CHECK (tries_left >= 0),
        sent_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    # Of a desk and a card, keyed: another person has decided that it sets the PIN once without a code.
    """
    CREATE TABLE pin_permit (
        mark bytea PRIMARY KEY CHECK (octet_length(mark) = 32),
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX holder_code_card ON holder_code (card_mark, sent_at)",
    "CREATE INDEX holder_code_bound ON holder_code (bound_mark, sent_at)",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
