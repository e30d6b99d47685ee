"""Requests and answers of the provider in the shape Authlib works with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

Fields = Sequence[tuple[str, str]]


class Payload(OAuth2Payload):
    """The fields of a query or form; of one that comes twice the first counts, and Authlib refuses the request."""

    def __init__(self, fields: Fields) -> None:
        """Take the fields in their order."""
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in fields:
            self._lists[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        """One value a field."""
        return {name: values[0] for name, values in self._lists.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """All values of each field."""
        return self._lists


class ProviderRequest(OAuth2Request):
    """A request to the provider. Raises InsecureTransportError where browsers reach it without TLS from elsewhere."""

    def __init__(self, method: str, public_url: str, fields: Fields) -> None:
        """`public_url`: the address of the edge, as browsers name it."""
        super().__init__(method, public_url)
        self.payload = Payload(fields)

    @property
    def args(self) -> dict[str, str]:
        """The fields of a query."""
        return self.fields

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return self.fields

    @property
    def fields(self) -> dict[str, str]:
        """One value a field."""
        return dict(self.payload.data) if self.payload is not None else {}


@dataclass
class Answer:
    """What the provider answers: status, members of a JSON document, headers."""

    status: int
    body: Mapping[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        """Where the browser is sent."""
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value
