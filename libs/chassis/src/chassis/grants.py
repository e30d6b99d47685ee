"""Grants: what the role a service runs as may do to the tables its migrations made, and no more.

Two roles share a database. The owner runs migrations; the service runs as another role, which can neither change a
table nor switch a trigger off nor empty one, and which adds to append-only tables without being able to rewrite them.

Rights are stated, not accumulated: a package names in its `__init__.py` its tables (`TABLES`), which of them are only
ever added to (`APPEND_ONLY`) or changed without ever being removed (`KEPT`), the functions it calls with the rights of
the owner (`FUNCTIONS`), and the sequences it takes numbers of (`SEQUENCES`; those of identity columns need no right).
After every run of migrations the rights are made what is stated, whatever they were before. Partitions get none: a
right on the partitioned table is enough to read and write through it, and one on the partition itself would pass the
table's rights by.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import Connection, text

READ = frozenset({"SELECT"})
APPEND = READ | {"INSERT"}
KEEP = APPEND | {"UPDATE"}
CHANGE = KEEP | {"DELETE"}
NUMBER = frozenset({"USAGE"})
NOTHING: frozenset[str] = frozenset()

_TABLES, _VIEWS, _SEQUENCE = frozenset("rp"), frozenset("vm"), "S"
_APART = text("SELECT current_user <> :role AND EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
# A right on single columns is listed under a name that no right has: it is always too much.
_RELATIONS = text("""
    SELECT c.relname AS name, c.relkind::text AS kind, c.relispartition AS partition,
        ARRAY(SELECT g.privilege_type FROM aclexplode(c.relacl) g WHERE g.grantee = r.oid)
        || ARRAY(SELECT 'of a column' FROM pg_attribute a, aclexplode(a.attacl) g
                 WHERE a.attrelid = c.oid AND g.grantee = r.oid) AS held
    FROM pg_class c JOIN pg_roles r ON r.rolname = :role
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND pg_has_role(c.relowner, 'USAGE')
    ORDER BY c.relname
""")
_FUNCTIONS = text("""
    SELECT p.oid::regprocedure::text AS signature, p.proname AS name, g.grantees @> ARRAY[0::oid] AS everybody,
        g.grantees @> ARRAY[r.oid] AS held
    FROM pg_proc p JOIN pg_roles r ON r.rolname = :role CROSS JOIN LATERAL (
        SELECT array_agg(e.grantee) AS grantees FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) e
    ) g
    WHERE p.pronamespace = current_schema()::regnamespace AND pg_has_role(p.proowner, 'USAGE')
    ORDER BY p.proname
""")


@dataclass(frozen=True)
class Grants:
    """What packages state: tables, those only added to or never removed from, functions, sequences."""

    tables: frozenset[str] = NOTHING
    append_only: frozenset[str] = NOTHING
    kept: frozenset[str] = NOTHING
    functions: frozenset[str] = NOTHING
    sequences: frozenset[str] = NOTHING

    def rights(self, name: str, kind: str, *, partition: bool) -> frozenset[str]:
        """The rights on a relation of this name and kind (`pg_class.relkind`); none on what nobody stated."""
        if partition:
            return NOTHING
        if kind in _VIEWS:
            return READ
        if kind == _SEQUENCE:
            return NUMBER if name in self.sequences else NOTHING
        if kind not in _TABLES or name not in self.tables:
            return NOTHING
        if name in self.append_only:
            return APPEND
        return KEEP if name in self.kept else CHANGE


def stated(*packages: str) -> Grants:
    """What these packages and theirs state in `__init__.py`; the chassis' own tables are among it."""
    modules = [module for name in ("chassis", *packages) for module in _packages(name)]

    def named(what: str) -> frozenset[str]:
        return frozenset(name for module in modules for name in getattr(module, what, ()))

    found = Grants(named("TABLES"), named("APPEND_ONLY"), named("KEPT"), named("FUNCTIONS"), named("SEQUENCES"))
    if strange := (found.append_only | found.kept) - found.tables:
        raise ValueError(f"APPEND_ONLY or KEPT name what TABLES does not: {', '.join(sorted(strange))}")
    return found


def _packages(name: str) -> Iterator[ModuleType]:
    root = importlib.import_module(name)
    yield root
    for found in pkgutil.walk_packages(root.__path__, f"{name}."):
        if found.ispkg:
            yield importlib.import_module(found.name)


def apply(connection: Connection, role: str | None, grants: Grants) -> None:
    """Give a role the stated rights in the connection's schema, and take back what it has beyond them.

    Does nothing where the role owns the tables itself (a database with one role) or does not exist. Only what differs
    is changed, so that an ordinary start touches nothing.
    """
    if role is None or not connection.execute(_APART, {"role": role}).scalar_one():
        return
    quote = connection.dialect.identifier_preparer.quote
    whom = quote(role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {quote(_schema(connection))} TO {whom}")
    for relation in connection.execute(_RELATIONS, {"role": role}).all():
        wanted, held = grants.rights(relation.name, relation.kind, partition=relation.partition), set(relation.held)
        sort = "SEQUENCE" if relation.kind == _SEQUENCE else "TABLE"
        if held - wanted:
            connection.exec_driver_sql(f"REVOKE ALL ON {sort} {quote(relation.name)} FROM {whom}")
            held = set()
        if missing := wanted - held:
            rights = ", ".join(sorted(missing))
            connection.exec_driver_sql(f"GRANT {rights} ON {sort} {quote(relation.name)} TO {whom}")
    for function in connection.execute(_FUNCTIONS, {"role": role}).all():
        wanted_here = function.name in grants.functions
        if function.everybody:
            connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {function.signature} FROM PUBLIC")
        if function.held and not wanted_here:
            connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {function.signature} FROM {whom}")
        elif wanted_here and not function.held:
            connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {function.signature} TO {whom}")


def _schema(connection: Connection) -> str:
    return str(connection.execute(text("SELECT current_schema()")).scalar_one())
