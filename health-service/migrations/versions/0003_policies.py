"""The table of policies becomes that of the library of policies: ids, expressions, a version. Its rows stay."""

from alembic import op

from policybook.ddl import version_ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = [
    "ALTER TABLE policy ADD COLUMN policy_id uuid NOT NULL DEFAULT gen_random_uuid(), ADD COLUMN expression text",
    "ALTER TABLE policy ALTER COLUMN value DROP NOT NULL, ADD CHECK ((value IS NULL) <> (expression IS NULL))",
    "ALTER TABLE policy DROP CONSTRAINT policy_pkey",
    "ALTER TABLE policy ADD PRIMARY KEY (policy_id), ADD UNIQUE (key, scope, effective_from)",
    *version_ddl(),
]


def upgrade() -> None:
    """The version of the service before this one enters rows without an id meanwhile: they get one by themselves."""
    for statement in STATEMENTS:
        op.execute(statement)
