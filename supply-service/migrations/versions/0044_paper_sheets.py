"""Paper sheets of sales, which a clerk enters and another person approves, with their rows as they were written."""

from alembic import op

from chassis.migrations import ending_ddl

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_HELD_BACK = (
    "(t.card_id IS NOT NULL AND t.card_id IN (SELECT h.card_id FROM card h JOIN held_back b USING (citizen_id)))"
)

STATEMENTS = [
    """
    CREATE TABLE paper_sheet (
        sheet_id uuid PRIMARY KEY,
        outlet_id uuid NOT NULL REFERENCES outlet,
        serial text NOT NULL,
        day date NOT NULL,
        outage text NOT NULL CHECK (outage IN ('network', 'power', 'terminal', 'system')),
        note text NOT NULL,
        evidence text NOT NULL,                 -- where the sheet is kept, never its content
        price_list text,
        first_row bigint NOT NULL CHECK (first_row > 0),    -- of the outlet's sheets, as a chain has its numbers
        rows integer NOT NULL CHECK (rows > 0),
        loaves bigint NOT NULL,
        amount bigint NOT NULL,
        proposal_id uuid NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'submitted'
            CHECK (state IN ('submitted', 'booked', 'refused', 'withdrawn', 'expired')),
        decided_by text,
        decided_at timestamptz,
        decision_reason text,
        UNIQUE (outlet_id, first_row),
        CHECK ((state = 'submitted') = (decided_at IS NULL))
    )
    """,
    # One that was refused may be entered anew.
    "CREATE UNIQUE INDEX paper_sheet_serial ON paper_sheet (outlet_id, serial) WHERE state IN ('submitted', 'booked')",
    """
    CREATE TABLE paper_sheet_row (
        sheet_id uuid NOT NULL REFERENCES paper_sheet,
        number integer NOT NULL CHECK (number > 0),
        sale_id uuid NOT NULL,
        card_id uuid,                           -- null where nobody was known by the ration card
        occurred_at timestamptz NOT NULL,
        holder_mark boolean NOT NULL,
        document bytea NOT NULL,                -- canonical JSON of the row as it was entered
        PRIMARY KEY (sheet_id, number)
    )
    """,
    "CREATE INDEX paper_sheet_row_card ON paper_sheet_row (card_id)",
    *ending_ddl("DELETE FROM paper_sheet_row", "t.occurred_at < {before}", _HELD_BACK, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
