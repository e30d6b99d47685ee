"""Households' sizes by programme and month, corrections of opened pots, legacy draws, deaths."""

from alembic import op

from chassis.restating.ddl import lacking

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = [
    # As the register tells them: from a month on, until the next row. A household without rows is one that it has not
    # told by month yet; all its members count.
    """
    CREATE TABLE household_size (
        household_id uuid NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        goods integer NOT NULL CHECK (goods BETWEEN 0 AND 200),
        bread integer NOT NULL CHECK (bread BETWEEN 0 AND 200),
        PRIMARY KEY (household_id, month)
    )
    """,
    # The version before this one writes households without these.
    "ALTER TABLE household ADD COLUMN sizes_revision integer NOT NULL DEFAULT 0",
    "ALTER TABLE household ADD COLUMN issued_in text",
    "ALTER TABLE household ADD COLUMN ration_card_mark text",
    "CREATE INDEX household_ration_card ON household (ration_card_mark) WHERE ration_card_mark IS NOT NULL",
    # Months that were opened by the number of members stay as they were granted: none before this one is corrected.
    """
    CREATE TABLE sizes_since (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        month date NOT NULL
    )
    """,
    """
    INSERT INTO sizes_since (month)
    SELECT coalesce((max(opened) + interval '1 month')::date, DATE '2000-01-01') FROM household
    """,
    # What changed a pot once it was there, beside the sales' own rows and `entry`.
    """
    CREATE TABLE pot_correction (
        household_id uuid NOT NULL,
        correction_id uuid NOT NULL,
        line smallint NOT NULL,
        period date NOT NULL,
        programme text NOT NULL CHECK (programme IN ('bread', 'goods', 'bread_points')),
        kind text NOT NULL CHECK (kind IN ('raised', 'lowered', 'paid_back', 'debt', 'debt_returned')),
        quantity integer NOT NULL CHECK (quantity > 0),
        of_month date NOT NULL,                 -- the month that is made good; the pot's own, unless it is over
        cause text NOT NULL CHECK (cause IN ('register', 'legacy_draws')),
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (household_id, correction_id, line)
    )
    """,
    "CREATE INDEX pot_correction_period ON pot_correction (period)",
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
    SELECT household_id, correction_id, period, programme, line, kind, quantity FROM pot_correction
    """,
    # What households drew of goods with the legacy ration card, by the keyed mark of its number (chassis.ration_card).
    """
    CREATE TABLE legacy_draw (
        ration_card_mark text NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        goods integer NOT NULL CHECK (goods >= 0),
        told_by text NOT NULL,
        told_at timestamptz NOT NULL,
        PRIMARY KEY (ration_card_mark, month)
    )
    """,
    # Who died, until it is known what was drawn for them since: sizes are told behind the death.
    """
    CREATE TABLE death (
        change_id uuid PRIMARY KEY,
        household_id uuid NOT NULL,
        citizen_id uuid NOT NULL,
        died_on date NOT NULL,
        effective_month date NOT NULL,
        told_at timestamptz NOT NULL,
        reckoned_at timestamptz
    )
    """,
    "CREATE INDEX death_household ON death (household_id) WHERE reckoned_at IS NULL",
    # What a household drew for somebody in months after the death, for a person to decide upon.
    """
    CREATE TABLE drawn_after_death (
        change_id uuid NOT NULL,
        household_id uuid NOT NULL,
        citizen_id uuid NOT NULL,
        period date NOT NULL,
        programme text NOT NULL CHECK (programme IN ('bread', 'goods')),
        quantity integer NOT NULL CHECK (quantity > 0),
        found_at timestamptz NOT NULL,
        PRIMARY KEY (change_id, period, programme)
    )
    """,
    "CREATE INDEX drawn_after_death_household ON drawn_after_death (household_id)",
    lacking(
        "households", 2, "sizes by programme and month", "EXISTS (SELECT FROM household WHERE sizes_revision = 0)"
    ),
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in STATEMENTS:
        op.execute(statement)
