"""Terminals have an owner and a history of keys; from where each key is used is seen."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Who registered them is not known of those registered before: who is responsible for their kind.
OWNER = """
    ALTER TABLE terminal
        ADD COLUMN authority text NOT NULL DEFAULT 'ministry',
        ADD COLUMN replaceable boolean NOT NULL DEFAULT false,
        ADD COLUMN overlap_at timestamptz
"""
CLINICS = "UPDATE terminal SET authority = 'health-authority' WHERE kind = 'clinic'"

# A suspended terminal may be given another key when it is reinstated.
SUSPENDED = "UPDATE terminal SET replaceable = true WHERE suspended_at IS NOT NULL"

KEYS = """
    CREATE TABLE terminal_key (
        terminal_id uuid NOT NULL REFERENCES terminal,
        key_id text NOT NULL,
        public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
        valid_from timestamptz NOT NULL,
        valid_to timestamptz CHECK (valid_to >= valid_from),
        PRIMARY KEY (terminal_id, key_id, valid_from)
    )
"""
ONE_LIVE = "CREATE UNIQUE INDEX terminal_key_live ON terminal_key (terminal_id) WHERE valid_to IS NULL"
KNOWN = """
    INSERT INTO terminal_key (terminal_id, key_id, public_key, valid_from)
    SELECT terminal_id, key_id, public_key, enrolled_at FROM terminal WHERE key_id IS NOT NULL
"""

USES = """
    CREATE TABLE terminal_use (
        terminal_id uuid NOT NULL REFERENCES terminal,
        address text NOT NULL,
        used_at timestamptz NOT NULL,
        PRIMARY KEY (terminal_id, address)
    )
"""
USES_AGE = "CREATE INDEX terminal_use_age ON terminal_use (used_at)"


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (OWNER, CLINICS, SUSPENDED, KEYS, ONE_LIVE, KNOWN, USES, USES_AGE):
        op.execute(statement)
