"""Services that somebody has switched off on a card: the activation of a cohort leaves them so."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CARDS = [
    "ALTER TABLE card ADD COLUMN switched_off text[] NOT NULL DEFAULT '{}'",
    # What a cohort was activated for and a card of it does not have any more was switched off since.
    """
    UPDATE card c SET switched_off = s.off FROM (
        SELECT c.card_id, array_agg(DISTINCT service ORDER BY service) AS off
        FROM card c JOIN activation a ON a.phase_id = c.phase_id AND c.activated_at >= a.created_at
            AND c.activated_at <= coalesce(a.finished_at, 'infinity') CROSS JOIN unnest(a.services) AS service
        WHERE c.state IN ('active', 'blocked') AND service <> ALL (c.services) GROUP BY c.card_id
    ) s WHERE s.card_id = c.card_id
    """,
]


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in CARDS:
        op.execute(statement)
