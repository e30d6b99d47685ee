"""State told again, by this service and to it; what is from before 0010 lacks where it belongs."""

from alembic import op

from chassis.restating.ddl import lacking, restating_ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


OLD_WALLETS = "EXISTS (SELECT FROM wallet WHERE governorate IS NULL)"
NAMELESS = (
    "EXISTS (SELECT FROM account a LEFT JOIN merchant m ON m.merchant_id::text = a.owner"
    " WHERE a.kind = '{}' AND m.merchant_id IS NULL)"
)


def upgrade() -> None:
    """Only statements the version of the service before this one can live with: it runs on meanwhile."""
    for statement in restating_ddl():
        op.execute(statement)
    op.execute(lacking("card", 1, "the governorate of wallets", OLD_WALLETS))
    for subject, kind in (("outlets", "merchant"), ("providers", "provider")):
        op.execute(lacking(subject, 1, f"the governorate of {subject}", f"{OLD_WALLETS} OR {NAMELESS.format(kind)}"))
