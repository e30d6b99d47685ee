"""What changed since: rows carry the transaction that wrote them last; former residences; cards by household."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("household", "citizen", "membership")

HISTORY = [
    # Where a household lived before each move, and which governorate's card it had: until before that day.
    """
    CREATE TABLE former_residence (
        household_id uuid NOT NULL REFERENCES household,
        change_id uuid NOT NULL REFERENCES register_change,
        until date NOT NULL,
        governorate text NOT NULL,
        district text NOT NULL,
        address text NOT NULL,
        issued_in text NOT NULL,
        PRIMARY KEY (household_id, change_id)
    )
    """,
    "CREATE INDEX card_household ON card (household_id)",
]

# A reader takes the rows of transactions that are over (below the horizon of its snapshot), in their order: what is
# written by one that is still under way has a number beyond that, and comes later. Rows of before are the oldest.
# Every version of the service writes the number, without knowing.
_COLUMN = "ALTER TABLE {0} ADD COLUMN posted xid8 NOT NULL DEFAULT '0'"
_DEFAULT = "ALTER TABLE {0} ALTER COLUMN posted SET DEFAULT pg_current_xact_id()"
_INDEX = "CREATE INDEX {0}_posted ON {0} (posted, {0}_id)"
_AGAIN = (
    "CREATE TRIGGER {0}_posted_again BEFORE UPDATE ON {0} FOR EACH ROW"
    " WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION post_again()"
)
POSTED = [
    """
    CREATE FUNCTION post_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.posted := pg_current_xact_id();
        RETURN NEW;
    END $$
    """,
    # Whoever follows citizens or memberships of a governorate hears of those who moved there with their household.
    """
    CREATE FUNCTION post_members() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE citizen SET posted = pg_current_xact_id() WHERE household_id = NEW.household_id;
        UPDATE membership SET posted = pg_current_xact_id() WHERE household_id = NEW.household_id;
        RETURN NULL;
    END $$
    """,
    *(statement.format(table) for table in TABLES for statement in (_COLUMN, _DEFAULT, _INDEX, _AGAIN)),
    """
    CREATE TRIGGER household_moved AFTER UPDATE OF governorate, district ON household FOR EACH ROW
    WHEN (OLD.governorate <> NEW.governorate OR OLD.district <> NEW.district) EXECUTE FUNCTION post_members()
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*HISTORY, *POSTED):
        op.execute(statement)
