"""The services' apps, as programs and tests take what they declare from them; nothing is started for it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from api_gateway.route import Upstream

PACKAGES = {one: "api_gateway" if one is Upstream.GATEWAY else f"{one}_service" for one in Upstream}


@cache
def service_app(service: Upstream) -> FastAPI:
    """The app of one service with settings that lead nowhere."""
    package = PACKAGES[service]
    settings = import_module(f"{package}.settings").Settings
    app: FastAPI = import_module(f"{package}.main").create_app(_placeholder(settings))
    return app


def _placeholder(settings: type[BaseSettings]) -> BaseSettings:
    """Settings without validation: what is declared depends on none of them, and no app is started with them."""
    values: dict[str, Any] = {}
    for name, field in settings.model_fields.items():
        if field.is_required():
            values[name] = SecretStr("") if "SecretStr" in str(field.annotation) else ""
    return settings.model_construct(None, **values)
