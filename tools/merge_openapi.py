"""Write the OpenAPI of the whole API, as callers meet it at the edge: `python -m tools.merge_openapi --output FILE`.

Each service's own document is taken from its app; nothing is started for it. What the edge itself may answer, and
what each scope allows, are added.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from api_gateway.edge.refusals import BY_DETAIL, BY_STATUS
from api_gateway.route import Upstream
from chassis.problems import MEDIA_TYPE, Problem, status_of
from chassis.refusals import Refusal, registry
from contracts.scopes import Scope
from tools import terminal_guide
from tools.services import PACKAGES, service_app

Document = dict[str, Any]

_DESCRIPTION = """\
One card for subsidised goods and bread, universal health insurance, payments and pensions.

- Get a token from `POST /oauth/token` and send it as `Authorization: Bearer …`. `x-scopes` names the scopes
  that open a route; any one of them suffices.
- Send every change with an `Idempotency-Key` of your own. A repeat with the same key gets the first reply again.
- Refusals are problem documents (RFC 9457) with a stable `code`, in English and Arabic.
- Money is whole piastres, times are UTC, business days are those of Cairo.
- A query parameter that an operation does not know is refused: no filter is ever ignored.

| scope | what it allows |
|---|---|
"""


def service_document(service: Upstream) -> Document:
    """The OpenAPI of one service."""
    document: Document = json.loads(json.dumps(service_app(service).openapi()))
    return document


def merge(documents: Iterable[tuple[Upstream, Document]]) -> Document:
    """One document of several, by their services. Raises ValueError where two answer the same or share an id."""
    merged: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Unified Card",
            "version": "1.0.0",
            "description": _DESCRIPTION + _scopes() + terminal_guide.TEXT,
        },
        "servers": [{"url": "/"}],
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents:
        document = _without_clashes(document, merged["components"], service.capitalize())
        for kind, parts in document.get("components", {}).items():
            merged["components"].setdefault(kind, {}).update(parts)
        tag = document["info"]["title"].rpartition(": ")[2]
        for path, operations in document["paths"].items():
            _add_path(merged["paths"], path, operations, tag)
        description = document["info"].get("description")
        merged["tags"].append({"name": tag, "description": description} if description else {"name": tag})
    merged["paths"] = dict(sorted(merged["paths"].items()))
    _add_edge(merged)
    _add_terminals(merged)
    _check_ids(merged)
    merged["components"]["responses"] = _share_refusals(merged)
    merged["components"] = {kind: dict(sorted(parts.items())) for kind, parts in sorted(merged["components"].items())}
    return merged


def _scopes() -> str:
    return "".join(f"| `{scope}` | {scope.description} |\n" for scope in sorted(Scope))


def _without_clashes(document: Document, taken: Document, prefix: str) -> Document:
    """The document with every component renamed whose name already means something else."""
    for kind, parts in document.get("components", {}).items():
        for name in list(parts):
            if name in taken.get(kind, {}) and taken[kind][name] != parts[name]:
                reference = f"#/components/{kind}/{name}"
                document = _replaced(document, reference, f"#/components/{kind}/{prefix}{name}")
                renamed = document["components"][kind]
                renamed[f"{prefix}{name}"] = renamed.pop(name)
    return document


def _replaced(part: Any, old: str, new: str) -> Any:
    if isinstance(part, dict):
        return {name: _replaced(value, old, new) for name, value in part.items()}
    if isinstance(part, list):
        return [_replaced(item, old, new) for item in part]
    return new if part == old else part


def _add_path(paths: Document, path: str, operations: Document, tag: str) -> None:
    own = paths.setdefault(path, {})
    twice = own.keys() & operations.keys()
    if twice:
        raise ValueError(f"{path}: {', '.join(sorted(twice))} is answered by two services")
    for operation in operations.values():
        operation["tags"] = [tag]
    own.update(operations)


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def _add_edge(document: Document) -> None:
    """The edge's own refusals."""
    for _, _, operation in _operations(document):
        for problem in _EDGE_PROBLEMS:
            _add_refusal(operation["responses"], problem)
        operation["responses"] = dict(sorted(operation["responses"].items()))


def _add_terminals(document: Document) -> None:
    """Which terminals may call what, and what whoever writes one has to know."""
    document["x-terminal"] = terminal_guide.DATA
    for _, _, operation in _operations(document):
        if found := terminal_guide.kinds(operation):
            operation["x-terminals"] = found


_EDGE_PROBLEMS = tuple({problem.code: problem for _, problem in (*BY_STATUS, *BY_DETAIL)}.values())


def _add_refusal(answers: Document, problem: Problem) -> None:
    """Say that a route may be refused for this too, unless its service has said so."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    empty = {"description": "", "content": {MEDIA_TYPE: {"schema": schema}}}
    answer = answers.setdefault(str(problem.status), empty)
    if f"`{problem.code}`" not in answer["description"]:
        words = f"`{problem.code}`: {problem.title()}"
        answer["description"] = f"{answer['description']}; {words}" if answer["description"] else words


def _share_refusals(document: Document) -> Document:
    """Refusals that several routes have word for word, moved to one place and named after their codes."""
    places: dict[str, list[tuple[Document, str]]] = {}
    for _, _, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if MEDIA_TYPE in answer.get("content", {}):
                places.setdefault(json.dumps([status, answer]), []).append((operation["responses"], status))
    shared: Document = {}
    for described, same in places.items():
        if len(same) > 1:
            status, answer = json.loads(described)
            codes = re.findall(r"`(\w+)`", answer["description"])
            name = ".".join([status, *codes])
            shared[name] = answer
            for answers, _ in same:
                answers[status] = {"$ref": f"#/components/responses/{name}"}
    return shared


def _check_ids(document: Document) -> None:
    seen: dict[str, str] = {}
    for method, path, operation in _operations(document):
        other = seen.setdefault(operation["operationId"], f"{method} {path}")
        if other != f"{method} {path}":
            raise ValueError(f"{operation['operationId']} names both {other} and {method} {path}")


def known_problems() -> dict[str, Document]:
    """Every problem that the services imported so far declare, by its code: what `/problems/{code}` can show."""
    return {
        code: {"status": status_of(problem), "title": problem.title(), "title_ar": problem.title_ar}
        for code, problem in sorted(registry().items())
        if _of_a_service(problem)
    }


def _of_a_service(problem: type[Refusal]) -> bool:
    return problem.__module__.split(".", 1)[0] in {"chassis", *PACKAGES.values()}


def render() -> str:
    """The merged document as text."""
    document = merge([(service, service_document(service)) for service in Upstream])
    document["x-problems"] = known_problems()
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document."""
    parser = argparse.ArgumentParser(prog="python -m tools.merge_openapi", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="write here")
    parser.parse_args().output.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
