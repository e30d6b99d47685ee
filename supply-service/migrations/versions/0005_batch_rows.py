"""The rows a batch of draws brings: one parameter a table instead of one a column, which costs the driver half."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = [
    "CREATE TYPE batch_request AS (terminal_id uuid, key text, card_id uuid, redemption_id uuid, payments uuid[])",
    """
    CREATE TYPE batch_household AS (
        household_id uuid, version bigint, opened date, debt_bread integer, debt_goods integer, debt_points integer
    )
    """,
    """
    CREATE TYPE batch_pot AS (
        household_id uuid, period date, programme text, remaining integer, drawn_days integer, drawn_units text
    )
    """,
    """
    CREATE TYPE batch_redemption AS (
        household_id uuid, redemption_id uuid, period date, business_day date, card_id uuid, terminal_id uuid,
        outlet_id uuid, governorate text, occurred_at timestamptz, offline boolean, conflict text, loaves integer,
        goods integer, cash integer, lines text
    )
    """,
    """
    CREATE TYPE batch_entry AS (
        household_id uuid, source_id uuid, period date, programme text, line smallint, kind text, quantity integer
    )
    """,
    """
    CREATE TYPE batch_answer AS (
        household_id uuid, terminal_id uuid, key text, day date, fingerprint bytea, status smallint, body bytea
    )
    """,
    """
    CREATE TYPE batch_event AS (
        household_id uuid, event_id uuid, type text, topic text, key text, "time" timestamptz, traceparent text,
        payload bytea
    )
    """,
    """
    CREATE TYPE batch_opening AS (
        household_id uuid, period date, programme text, granted integer, remaining integer, members integer,
        daily integer, drawn_days integer, drawn_units text
    )
    """,
    """
    CREATE TYPE batch_reversal AS (
        household_id uuid, redemption_id uuid, reversal_id uuid, card_id uuid, terminal_id uuid, outlet_id uuid,
        business_day date, occurred_at timestamptz, reason text, loaves integer, goods integer, cash integer
    )
    """,
    """
    CREATE TYPE batch_offline AS (
        household_id uuid, terminal_id uuid, sequence bigint, sale_id uuid, hash bytea, previous_hash bytea,
        status text, code text, redemption_id uuid, document bytea
    )
    """,
    """
    CREATE TYPE batch_tender AS (
        household_id uuid, payment_id uuid, redemption_id uuid, outlet_id uuid, business_day date, amount integer
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
