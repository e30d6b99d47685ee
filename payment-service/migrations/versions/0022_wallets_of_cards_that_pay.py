"""Wallets open for cards that pay, and those of the dead stand still."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WALLETS = [
    # Whether payment is on the card: NULL for cards of before this was heard, which pay as they did until it is told.
    # What was told last holds, by `payment_at`; a card may be heard of before whose it is.
    "ALTER TABLE card ALTER COLUMN citizen_id DROP NOT NULL, ADD COLUMN payment boolean, ADD COLUMN payment_at timestamptz,"
    " ADD COLUMN governorate text",
    "ALTER TABLE card DROP CONSTRAINT card_state_check",
    "ALTER TABLE card ADD CONSTRAINT card_state_check CHECK (state IN ('issued', 'active', 'blocked', 'closed')) NOT VALID",
    "ALTER TABLE card VALIDATE CONSTRAINT card_state_check",
    # Nothing leaves an account that stands still but what was held before.
    "ALTER TABLE account ADD COLUMN frozen boolean NOT NULL DEFAULT false",
    """
    CREATE TABLE deceased (
        citizen_id uuid PRIMARY KEY,
        died_on date NOT NULL,
        heard_at timestamptz NOT NULL,
        -- what two persons have decided: the death was an error, or the balance went to an heir
        released text CHECK (released IN ('error', 'heir')),
        released_at timestamptz,
        released_by text,
        reason text,
        heir_wallet_id uuid,
        CHECK ((released IS NULL) = (released_at IS NULL))
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in WALLETS:
        op.execute(statement)
