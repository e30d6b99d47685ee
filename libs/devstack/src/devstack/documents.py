"""JSON as the services answer it: what a member means stands in their OpenAPI."""

from __future__ import annotations

from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
