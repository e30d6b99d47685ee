"""What of a sale without a network is beyond its floors stands in dispute: neither booked nor paid until decided."""

from alembic import op

from chassis.migrations import ending_ddl

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_HELD_BACK = "(t.household_id IN (SELECT h.household_id FROM card h JOIN held_back b USING (citizen_id)))"

STATEMENTS = [
    # Rows of before keep what they have; the version before this one goes on writing without these columns.
    "ALTER TABLE offline_sale ADD COLUMN occurred_at timestamptz, ADD COLUMN amount bigint",
    "ALTER TABLE offline_sale DROP CONSTRAINT offline_sale_status_check, DROP CONSTRAINT offline_sale_check,"
    " DROP CONSTRAINT offline_sale_check1",
    """
    ALTER TABLE offline_sale
        ADD CONSTRAINT offline_sale_status CHECK (status IN ('applied', 'overdrawn', 'disputed', 'rejected')) NOT VALID,
        ADD CONSTRAINT offline_sale_booked CHECK (
            CASE status WHEN 'rejected' THEN redemption_id IS NULL WHEN 'disputed' THEN true
            ELSE redemption_id IS NOT NULL END
        ) NOT VALID,
        ADD CONSTRAINT offline_sale_code CHECK ((status = 'applied') = (code IS NULL)) NOT VALID
    """,
    "CREATE INDEX offline_sale_spell ON offline_sale (terminal_id, occurred_at) WHERE occurred_at IS NOT NULL",
    """
    CREATE TABLE dispute (
        dispute_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        terminal_id uuid NOT NULL,
        sequence bigint NOT NULL,               -- with the terminal: the signed sale that is its evidence
        sale_id uuid NOT NULL,                  -- the terminal's own
        outlet_id uuid NOT NULL,
        governorate text NOT NULL,
        card_id uuid NOT NULL,
        redemption_id uuid,                     -- the part that was booked
        reason text NOT NULL,
        lines json NOT NULL,
        loaves integer NOT NULL CHECK (loaves >= 0),
        amount bigint NOT NULL CHECK (amount >= 0),
        business_day date NOT NULL,
        occurred_at timestamptz NOT NULL,
        found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (terminal_id, sequence)
    )
    """,
    "CREATE INDEX dispute_outlet ON dispute (outlet_id, dispute_id)",
    "CREATE INDEX dispute_household ON dispute (household_id)",
    # Rows of a batch, as in revision 0005, whose type the version before this one still uses.
    """
    CREATE TYPE batch_signed AS (
        household_id uuid, terminal_id uuid, sequence bigint, sale_id uuid, hash bytea, previous_hash bytea,
        status text, code text, redemption_id uuid, document bytea, occurred_at timestamptz, amount bigint
    )
    """,
    """
    CREATE TYPE batch_dispute AS (
        household_id uuid, dispute_id uuid, terminal_id uuid, sequence bigint, sale_id uuid, outlet_id uuid,
        governorate text, card_id uuid, redemption_id uuid, reason text, lines text, loaves integer, amount bigint,
        business_day date, occurred_at timestamptz
    )
    """,
    *ending_ddl("DELETE FROM dispute", "t.occurred_at < {before}", _HELD_BACK, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
