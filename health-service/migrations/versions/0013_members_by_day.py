"""Members of households by day, with the register's word on life and legal basis."""

from alembic import op

from chassis.restating.ddl import lacking

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MEMBERS = [
    # What was told of a person in a household: days of joining and leaving, and the newest list. `stays` follows from
    # these (rules.membership): NULL is a member since ever.
    """
    CREATE TABLE member (
        household_id uuid NOT NULL,
        citizen_id uuid NOT NULL,
        is_head boolean NOT NULL DEFAULT false,
        role text,
        listed boolean,                         -- in the household's newest list; NULL: none was told
        listed_since date,
        joined date[] NOT NULL DEFAULT '{}',
        left_on date[] NOT NULL DEFAULT '{}',
        stays datemultirange,
        uninsured datemultirange,               -- days on which a member does not count for health; NULL: none
        PRIMARY KEY (household_id, citizen_id)
    ) WITH (fillfactor = 85)
    """,
    "CREATE INDEX member_citizen ON member (citizen_id)",
    "ALTER TABLE citizen ADD COLUMN died_on date, ALTER COLUMN birth_year DROP NOT NULL",
    "ALTER TABLE household ADD COLUMN listed_revision integer NOT NULL DEFAULT 0, ADD COLUMN status text"
    " CHECK (status IN ('active', 'ended')), ADD COLUMN legal_basis text, ADD COLUMN bases jsonb",  # NULL: not told yet
    # Who belongs to a household now does as before, until the register is heard.
    "INSERT INTO member (household_id, citizen_id, is_head) SELECT household_id, citizen_id, is_head FROM citizen",
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in MEMBERS:
        op.execute(statement)
    op.execute(lacking("households", 2, "members by day", "EXISTS (SELECT FROM citizen)"))
