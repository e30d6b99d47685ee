"""The hot list: cards that terminals without a network refuse, in the order in which that was committed."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = [
    # `posted` is the transaction that put the card on the list, or took it off: what stands off is told to whoever has
    # it listed, and then deleted. A card that went to another governorate stays on the list of the one before, where
    # its credentials of before would be taken for genuine.
    """
    CREATE TABLE hot_card (
        governorate text NOT NULL,
        card_id uuid NOT NULL,
        listed boolean NOT NULL,
        posted xid8 NOT NULL DEFAULT pg_current_xact_id(),
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (governorate, card_id)
    )
    """,
    "CREATE INDEX hot_card_posted ON hot_card (governorate, posted, card_id)",
    "CREATE INDEX hot_card_age ON hot_card (listed, changed_at)",
    "CREATE INDEX hot_card_card ON hot_card (card_id)",
    # Up to which transaction rows that stood off are deleted: whoever has read less far begins anew.
    "CREATE TABLE hot_list_floor (governorate text PRIMARY KEY, posted xid8 NOT NULL)",
]

# Every version of the service, and every hand, lists what it blocks, closes, switches off or moves.
LISTED = "NEW.state = 'blocked' OR (NEW.state = 'closed' AND NEW.issued_at IS NOT NULL) OR 'supply' = ANY (NEW.switched_off)"
TRIGGER = [
    f"""
    CREATE FUNCTION list_hot_card() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO hot_card AS h (governorate, card_id, listed)
        SELECT g.governorate, NEW.card_id, true
        FROM (SELECT NEW.governorate AS governorate WHERE {LISTED}
            UNION SELECT OLD.governorate WHERE OLD.governorate <> NEW.governorate AND NEW.issued_at IS NOT NULL) g
        ON CONFLICT (governorate, card_id) DO UPDATE SET listed = true, changed_at = excluded.changed_at,
            posted = CASE WHEN h.listed THEN h.posted ELSE excluded.posted END;
        UPDATE hot_card SET listed = false, posted = DEFAULT, changed_at = DEFAULT
        WHERE governorate = NEW.governorate AND card_id = NEW.card_id AND listed AND NOT ({LISTED});
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER card_hot AFTER UPDATE OF state, switched_off, governorate, issued_at ON card FOR EACH ROW
    WHEN (OLD.state = 'blocked' OR NEW.state IN ('blocked', 'closed') OR OLD.governorate <> NEW.governorate
        OR OLD.switched_off <> NEW.switched_off)
    EXECUTE FUNCTION list_hot_card()
    """,
    f"""
    INSERT INTO hot_card (governorate, card_id, listed)
    SELECT NEW.governorate, NEW.card_id, true FROM card NEW WHERE {LISTED}
    """,  # noqa: S608 - the condition is the one above
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in (*TABLES, *TRIGGER):
        op.execute(statement)
