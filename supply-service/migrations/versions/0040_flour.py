"""Flour instead of bread: who has chosen it for which month, its pot, and what was drawn of it."""

from alembic import op

from chassis.migrations import ending_ddl

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_HELD_BACK = "(t.household_id IN (SELECT h.household_id FROM card h JOIN held_back b USING (citizen_id)))"
_FLOUR = "integer NOT NULL DEFAULT 0"


def _one_of(table: str, column: str, *values: str) -> list[str]:
    """A wider list of what a column holds; what stands there is of the narrower one."""
    listed = ", ".join(f"'{value}'" for value in values)
    return [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_check",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_check CHECK ({column} IN ({listed})) NOT VALID",
    ]


STATEMENTS = [
    """
    CREATE TABLE flour_choice (
        choice_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        reference text NOT NULL,                -- of the head's request, as the office keeps it
        chosen_by text NOT NULL,
        chosen_at timestamptz NOT NULL,
        withdrawn_by text,
        withdrawn_at timestamptz,
        CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX flour_choice_month ON flour_choice (household_id, month) WHERE withdrawn_at IS NULL",
    "CREATE INDEX flour_choice_household ON flour_choice (household_id)",
    *_one_of("outlet", "kind", "bakery", "grocer", "gameaty", "complex", "depot"),
    *_one_of("pot", "programme", "bread", "goods", "bread_points", "flour"),
    *_one_of("pot_correction", "programme", "bread", "goods", "bread_points", "flour"),
    *_one_of("settlement_component", "kind", "bread", "goods", "grant", "flour"),
    # Kilograms; what the version before this one writes has none.
    f"ALTER TABLE redemption ADD COLUMN flour {_FLOUR}",
    f"ALTER TABLE reversal ADD COLUMN flour {_FLOUR}",
    f"ALTER TABLE outlet_day_part ADD COLUMN flour {_FLOUR}",
    f"ALTER TABLE outlet_claim ADD COLUMN flour {_FLOUR} CHECK (flour >= 0)",
    """
    CREATE OR REPLACE VIEW movement AS
    SELECT household_id, source_id, period, programme, line, kind, quantity FROM entry
    UNION ALL
    SELECT household_id, redemption_id, period, 'bread', 0::smallint, 'draw', loaves_taken
    FROM redemption WHERE loaves_taken > 0
    UNION ALL
    SELECT household_id, redemption_id, period, 'goods', 0::smallint, 'draw', goods_taken
    FROM redemption WHERE goods_taken > 0
    UNION ALL
    SELECT household_id, redemption_id, period, 'bread_points', 0::smallint, 'draw', points_taken
    FROM redemption WHERE points_taken > 0
    UNION ALL
    SELECT household_id, redemption_id, period, 'flour', 0::smallint, 'draw', flour
    FROM redemption WHERE flour > 0
    UNION ALL
    SELECT household_id, correction_id, period, programme, line, kind, quantity FROM pot_correction
    """,
    # Rows of a batch, as in revision 0006, whose types the version before this one still uses.
    """
    CREATE TYPE batch_sold AS (
        household_id uuid, redemption_id uuid, period date, business_day date, card_id uuid, terminal_id uuid,
        outlet_id uuid, governorate text, occurred_at timestamptz, offline boolean, conflict text, loaves integer,
        goods integer, cash integer, loaves_taken integer, goods_taken integer, points_taken integer, flour integer,
        document text, key text, fingerprint bytea, traceparent text, number integer
    )
    """,
    """
    CREATE TYPE batch_undone AS (
        household_id uuid, redemption_id uuid, reversal_id uuid, card_id uuid, terminal_id uuid, outlet_id uuid,
        business_day date, occurred_at timestamptz, reason text, loaves integer, goods integer, cash integer,
        flour integer, document text, key text, fingerprint bytea
    )
    """,
    *ending_ddl("DELETE FROM flour_choice", "t.month + interval '1 month' < {before}", _HELD_BACK, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
