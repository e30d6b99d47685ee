"""A sale is written once: its key, its event and the proof of what it took point to its row or are read from it.

What the version before this one has stored stays as it is: its replies answer repeats (`sale_key.reply`), its
events have their payloads, its draws their entries.
"""

from alembic import op
from chassis.migrations import rendered_events_ddl

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = [
    # Lines of sales before this revision stand in `lines`, and their replies and payloads are stored.
    "ALTER TABLE redemption ALTER COLUMN lines DROP NOT NULL",
    "ALTER TABLE redemption ADD COLUMN document json",  # json, not jsonb: kept to the letter
    "ALTER TABLE redemption ADD COLUMN rendering smallint",
    "ALTER TABLE redemption ADD COLUMN loaves_taken integer NOT NULL DEFAULT 0",
    "ALTER TABLE redemption ADD COLUMN goods_taken integer NOT NULL DEFAULT 0",
    "ALTER TABLE redemption ADD COLUMN points_taken integer NOT NULL DEFAULT 0",
    "ALTER TABLE redemption ADD CONSTRAINT redemption_lines CHECK ((document IS NULL) = (lines IS NOT NULL)) NOT VALID",
    "ALTER TABLE reversal ADD COLUMN document json, ADD COLUMN rendering smallint",
    # One for every key of a terminal, whatever day, month or table its sale or reversal belongs to.
    """
    CREATE TABLE sale_key (
        terminal_id uuid NOT NULL,
        key text NOT NULL,
        day date NOT NULL,
        fingerprint bytea NOT NULL,
        source_id uuid,                         -- the sale or the reversal
        period date,                            -- of the sale; NULL where it is a reversal
        reply bytea,                            -- where the version before this one has stored it
        PRIMARY KEY (terminal_id, key),
        CHECK ((source_id IS NULL) = (reply IS NOT NULL))
    )
    """,
    # Rows come in the order of time, so this small index finds the old ones.
    "CREATE INDEX sale_key_age ON sale_key USING brin (day) WITH (pages_per_range = 16, autosummarize = on)",
    # The version before this one runs on for a while and stores its replies where it has always done: they are keys
    # here at once, so that neither version sells under a key of the other's. A later revision drops the table.
    """
    CREATE FUNCTION keep_sale_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO sale_key (terminal_id, key, day, fingerprint, reply)
        VALUES (NEW.terminal_id, NEW.key, NEW.day, NEW.fingerprint, NEW.body);
        RETURN NULL;
    END
    $$
    """,
    "CREATE TRIGGER keep_sale_key AFTER INSERT ON stored_answer FOR EACH ROW EXECUTE FUNCTION keep_sale_key()",
    """
    INSERT INTO sale_key (terminal_id, key, day, fingerprint, reply)
    SELECT DISTINCT ON (terminal_id, key) terminal_id, key, day, fingerprint, body FROM stored_answer
    ORDER BY terminal_id, key, day DESC
    """,
    # What proves the pots: what sales took stands on their rows, everything else in `entry`.
    """
    CREATE VIEW movement AS
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
    """,
    # Rows of a batch, as in revision 0005, whose types the version before this one still uses.
    """
    CREATE TYPE batch_sale AS (
        household_id uuid, redemption_id uuid, period date, business_day date, card_id uuid, terminal_id uuid,
        outlet_id uuid, governorate text, occurred_at timestamptz, offline boolean, conflict text, loaves integer,
        goods integer, cash integer, loaves_taken integer, goods_taken integer, points_taken integer, document text,
        key text, fingerprint bytea, traceparent text, number integer
    )
    """,
    """
    CREATE TYPE batch_publication AS (
        household_id uuid, event_id uuid, type text, topic text, "time" timestamptz, traceparent text, payload bytea,
        source_id uuid, number integer
    )
    """,
    """
    CREATE TYPE batch_undoing AS (
        household_id uuid, redemption_id uuid, reversal_id uuid, card_id uuid, terminal_id uuid, outlet_id uuid,
        business_day date, occurred_at timestamptz, reason text, loaves integer, goods integer, cash integer,
        document text, key text, fingerprint bytea
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*rendered_events_ddl(), *STATEMENTS):
        op.execute(statement)
