"""What services answer, shown as they wrote it: what a member means stands in their OpenAPI."""

from __future__ import annotations

from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
# A document, a list of them, or nothing.
Answer: TypeAlias = Any
