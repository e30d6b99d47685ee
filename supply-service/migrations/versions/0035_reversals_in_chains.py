"""Reversals without a network: items of a terminal's chain, which may have to wait for their sale, or withdraw a claim."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE offline_sale DROP CONSTRAINT offline_sale_status, DROP CONSTRAINT offline_sale_booked,"
    " DROP CONSTRAINT offline_sale_code",
    """
    ALTER TABLE offline_sale
        ADD CONSTRAINT offline_sale_status CHECK (
            status IN ('applied', 'overdrawn', 'disputed', 'rejected', 'reversed', 'waiting')
        ) NOT VALID,
        ADD CONSTRAINT offline_sale_booked CHECK (
            CASE WHEN status IN ('rejected', 'waiting') THEN redemption_id IS NULL
            WHEN status IN ('disputed', 'reversed') THEN true ELSE redemption_id IS NOT NULL END
        ) NOT VALID,
        ADD CONSTRAINT offline_sale_code CHECK ((status IN ('applied', 'reversed')) = (code IS NULL)) NOT VALID
    """,
    "CREATE INDEX offline_sale_waiting ON offline_sale (terminal_id) WHERE status = 'waiting'",
    # What became of a reversal that came before its sale, once that had come.
    """
    CREATE TABLE offline_settled (
        terminal_id uuid NOT NULL,
        sequence bigint NOT NULL,
        status text NOT NULL CHECK (status IN ('reversed', 'rejected')),
        code text,
        redemption_id uuid,
        settled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (terminal_id, sequence),
        FOREIGN KEY (terminal_id, sequence) REFERENCES offline_sale ON DELETE CASCADE,
        CHECK ((status = 'reversed') = (code IS NULL))
    )
    """,
    # What is left of a claim of whose sale something was taken back: once, as a sale is reversed once.
    """
    CREATE TABLE dispute_withdrawal (
        dispute_id uuid PRIMARY KEY REFERENCES dispute ON DELETE CASCADE,
        reversal_id uuid NOT NULL,              -- the terminal's own: the signed reversal is in its chain
        whole boolean NOT NULL,
        lines json NOT NULL,
        loaves integer NOT NULL CHECK (loaves >= 0),
        amount bigint NOT NULL CHECK (amount >= 0),
        withdrawn_at timestamptz NOT NULL
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
