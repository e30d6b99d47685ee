"""Pots of grants, what moved on them, and what outlets are paid for it as a figure of its own."""

from __future__ import annotations

from alembic import op

from chassis.migrations import ending_ddl

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_OVER = "t.period + interval '1 month' < {before}"
_HELD_BACK = "(t.household_id IN (SELECT h.household_id FROM card h JOIN held_back b USING (citizen_id)))"

TABLES = [
    """
    CREATE TABLE grant_pot (
        household_id uuid NOT NULL,
        programme text NOT NULL CHECK (programme ~ '^grant_[a-z0-9_]{1,34}$'),
        period date NOT NULL,                   -- the first day of the grant's window
        granted integer NOT NULL CHECK (granted >= 0),
        remaining integer NOT NULL,
        members integer NOT NULL,
        drawn_units text,                       -- JSON {item group, month of instalments, `carried`: how much}
        PRIMARY KEY (household_id, programme, period),
        CHECK (remaining BETWEEN 0 AND granted)
    )
    """,
    # Their sum (reversals less) is granted - remaining of the pot.
    """
    CREATE TABLE grant_move (
        household_id uuid NOT NULL,
        source_id uuid NOT NULL,                -- the sale or the reversal
        programme text NOT NULL,
        period date NOT NULL,
        kind text NOT NULL CHECK (kind IN ('draw', 'reversal', 'carried')),
        amount integer NOT NULL CHECK (amount > 0),
        outlet_id uuid NOT NULL,
        business_day date NOT NULL,
        PRIMARY KEY (household_id, source_id, programme, period, kind)
    )
    """,
    "CREATE INDEX grant_pot_period ON grant_pot (period)",
    "CREATE INDEX grant_move_period ON grant_move (period)",
    # A file of households for a list, until it is decided.
    """
    CREATE TABLE list_file_row (
        file_id uuid NOT NULL,
        household_id uuid NOT NULL,
        PRIMARY KEY (file_id, household_id)
    )
    """,
    "CREATE INDEX list_file_row_household ON list_file_row (household_id)",
    "CREATE INDEX grant_move_outlet_day ON grant_move (outlet_id, business_day)",
    """
    CREATE TYPE batch_grant_pot AS (
        household_id uuid, programme text, period date, granted integer, remaining integer, members integer,
        drawn_units text
    )
    """,
    """
    CREATE TYPE batch_grant_move AS (
        household_id uuid, source_id uuid, programme text, period date, kind text, amount integer, outlet_id uuid,
        business_day date
    )
    """,
    "ALTER TABLE outlet_day_part ADD COLUMN grants_amount bigint NOT NULL DEFAULT 0",
    "ALTER TABLE settlement_component DROP CONSTRAINT settlement_component_kind_check",
    """
    ALTER TABLE settlement_component ADD CONSTRAINT settlement_component_kind_check
        CHECK (kind IN ('bread', 'goods', 'grant')) NOT VALID
    """,
    "ALTER TABLE settlement_component VALIDATE CONSTRAINT settlement_component_kind_check",
    *ending_ddl("DELETE FROM grant_pot", _OVER, _HELD_BACK, 60),
    *ending_ddl("DELETE FROM grant_move", _OVER, _HELD_BACK, 60),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
