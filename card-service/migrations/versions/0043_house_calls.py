"""House calls: cards that are brought to who cannot come, so many a day and district."""

from __future__ import annotations

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = [
    """
    CREATE TABLE house_call (
        call_id uuid PRIMARY KEY,
        card_id uuid NOT NULL REFERENCES card,
        governorate text NOT NULL,
        district text NOT NULL,
        reason text NOT NULL CHECK (reason IN ('disability', 'illness', 'old_age')),
        day date NOT NULL,
        number integer NOT NULL CHECK (number >= 1),
        state text NOT NULL CHECK (state IN ('planned', 'done', 'missed', 'withdrawn')),
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL,
        ended_by text,
        ended_at timestamptz,
        UNIQUE (card_id, number),
        CHECK ((state = 'planned') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX one_house_call_a_card ON house_call (card_id) WHERE state = 'planned'",
    "CREATE INDEX house_call_day_district ON house_call (day, district)",
    """
    CREATE TABLE house_call_day (
        district text NOT NULL,
        day date NOT NULL,
        taken integer NOT NULL CHECK (taken >= 0),
        PRIMARY KEY (district, day)
    )
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in TABLES:
        op.execute(statement)
