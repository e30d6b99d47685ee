"""The app's OpenAPI is valid and gives nothing away."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from openapi_spec_validator import validate

from api_gateway.main import create_app
from api_gateway.settings import Settings


@cache
def own() -> dict[str, Any]:
    """The gateway's own document; its app is not started."""
    return create_app(Settings.model_construct(database_url="", kafka_bootstrap="")).openapi()


def test_it_is_valid() -> None:
    validate(json.loads(json.dumps(own())))


def test_no_secret_has_an_example_or_a_default() -> None:
    text = json.dumps(own())
    assert '"client_secret"' in text
    assert '"default": "bootstrap"' not in text
