"""For tests: generated requests (property-based testing) to a service, its replies held against its own OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator

from chassis.ids import new_id

METHODS = ("get", "post", "put", "patch", "delete")
EXAMPLES = 25

Case = schemathesis.Case[Any]


class Generated:
    """Generated requests to the operations of an OpenAPI document, whose words on statuses and bodies are held to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """`document`: the service's own, as it gives it out."""
        self.document = document
        self._schema = schemathesis.openapi.from_dict(dict(document))
        # Made once an operation: what a reference leads to is found anew by each validator.
        self._validators: dict[tuple[str, str, str, str], Draft202012Validator] = {}

    def operations(self) -> Iterator[tuple[str, str]]:
        """Every operation, as method (in small letters) and path."""
        for path, operations in self.document["paths"].items():
            yield from ((method, path) for method in METHODS if method in operations)

    def cases(self, method: str, path: str, examples: int = EXAMPLES) -> list[Case]:
        """Requests made up by the schemas of an operation, other ones at each run."""
        found: list[Case] = []

        @given(case=self._schema[path][method].as_strategy())
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def collect(case: Case) -> None:
            found.append(case)

        collect()
        return found

    async def send(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        headers: Callable[[], dict[str, str]],
        ids: Mapping[str, str],
        examples: int = EXAMPLES,
    ) -> list[httpx.Response]:
        """Send generated requests to an operation, and hold each reply against what the document announces.

        `headers` are asked for anew, and a key is added, with each request. `ids` name what is really there: every
        other path has them in place of generated ones, every third body.
        """
        replies = []
        for number, case in enumerate(self.cases(method, path, examples)):
            if number % 2 and case.path_parameters:
                case.path_parameters |= {name: ids[name] for name in ids.keys() & case.path_parameters.keys()}
            if number % 3 == 0 and isinstance(case.body, dict):
                case.body |= {name: ids[name] for name in ids.keys() & case.body.keys()}
            arguments = case.as_transport_kwargs(
                headers=headers() | {"Idempotency-Key": str(new_id())}, base_url="http://test"
            )
            arguments.pop("cookies", None)
            reply = await client.request(**arguments)
            self.check(method, path, reply, arguments)
            replies.append(reply)
        return replies

    def check(self, method: str, path: str, reply: httpx.Response, sent: object = None) -> None:
        """A reply is no error of the server's, and has a status, a type and a shape that are announced."""
        status = str(reply.status_code)
        announced = self.document["paths"][path][method]["responses"]
        assert reply.status_code < 500, (sent, reply.text)
        assert status in announced, (sent, status, reply.text)
        if not reply.content:
            return
        media = reply.headers["content-type"].split(";")[0]
        schema = announced[status]["content"][media]["schema"]
        if media.startswith("text/"):
            assert schema == {"type": "string"}
            return
        place = (method, path, status, media)
        if place not in self._validators:
            self._validators[place] = Draft202012Validator(schema | {"components": self.document["components"]})
        self._validators[place].validate(reply.json())
