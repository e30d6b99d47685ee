"""Acts (audited operations): what of an endpoint is recorded, derived from its declaration and its schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi.dependencies.models import Dependant

from chassis.endpoints import DeclarationFault, Endpoint
from chassis.personal import PARAMETERS, Personal, Shape, Subject, shape_of, uuid_of
from chassis.records.rows import CHANGE, READ

_NAME = re.compile(r"[a-z_]+")
_OBJECT = re.compile(r"/([A-Za-z0-9_-]+)/\{([a-z_]+)\}")
_LARGEST_BODY = 64 * 1024


@dataclass(frozen=True)
class Rows:
    """Whose old and new values a change keeps: the row of `table` whose `key` is the id in the path or in the reply.

    `parameter`: the name of that id in path or reply, where it is not the column's. `without`: columns that are no
    business of the record (a hash of a password).
    """

    table: str
    key: str
    parameter: str = ""
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no name."""
        for name in (self.table, self.key, *self.without):
            if not _NAME.fullmatch(name):
                raise DeclarationFault(f"{name!r} is no name of a table or column")

    @property
    def statement(self) -> str:
        """Gives the row as JSON."""
        left_out = "".join(f" - '{name}'" for name in self.without)
        return f"SELECT to_jsonb(t){left_out} FROM {self.table} t WHERE {self.key} = $1"  # noqa: S608 - checked names

    def named_in(self, values: Mapping[str, object]) -> str | None:
        """The id of the row, as a path or a reply names it."""
        found = values.get(self.parameter or self.key)
        return None if found is None else str(found)


@dataclass(frozen=True)
class Act:
    """What is recorded of one endpoint's requests."""

    operation: str
    action: str
    purpose: str | None
    rows: Rows | None
    asked: Shape
    shown: Shape
    classes: frozenset[Personal]
    despite_restriction: str = ""  # why it goes on where the person's data are restricted

    def named(self, values: Mapping[str, object], body: object) -> Subject:
        """Whom a request asks about, by its path, query and body."""
        ids = {whose.value: uuid_of(values[name]) for name, whose in PARAMETERS.items() if name in values}
        around = Subject(**ids, classes=self.classes)
        in_body = self.asked.subjects(body, around)
        return in_body[0] if in_body else around

    def object_of(self, values: Mapping[str, object], reply: object) -> tuple[str | None, str | None]:
        """Kind and id of the object that the path names, or of the one just made."""
        _, _, path = self.operation.partition(" ")
        if found := _OBJECT.findall(path):
            kind, name = found[-1]
            return kind, str(values.get(name))
        kind = path.rsplit("/", 1)[-1]
        named = reply if isinstance(reply, dict) else {}
        made = next((named[name] for name in named if name == "id" or name.endswith("_id")), None)
        return kind, None if made is None else str(made)


def act_of(
    endpoint: Endpoint,
    dependant: Dependant,
    reply: Any,
    *,
    reads: tuple[Personal, ...] = (),
    rows: Rows | None = None,
    purpose: str = "",
    own_record: str = "",
    despite_restriction: str = "",
) -> Act | None:
    """What is to be recorded of an endpoint; None where it is public, or shows nobody's data and changes nothing.

    `own_record`: why what it makes is the record already. Raises DeclarationFault where that contradicts the others.
    """
    shown = shape_of(reply) if reply is not None else Shape()
    classes = shown.all_classes() | frozenset(reads)
    changes = endpoint.method != "GET" and endpoint.keyed
    if own_record and rows:
        raise DeclarationFault(f"{endpoint.name}: what is its own record keeps no values besides")
    if endpoint.public or own_record or not (changes or classes):
        return None
    asked = Shape()
    for parameter in dependant.body_params:
        annotation: Any = parameter.field_info.annotation
        one = shape_of(annotation)
        asked.whose |= one.whose
        asked.parts |= one.parts
    return Act(
        operation=endpoint.name,
        action=CHANGE if changes else READ,
        purpose=purpose or None,
        rows=rows,
        asked=asked,
        shown=shown,
        classes=classes,
        despite_restriction=despite_restriction,
    )


def document_of(body: bytes, limit: int = _LARGEST_BODY) -> object:
    """A body as a document; None for what is none, or too large to look into."""
    if not body or len(body) > limit:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
