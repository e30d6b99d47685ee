"""Domain errors (refusals): what rules say no with, in words and a code of their own, whatever the protocol.

A service declares a small class beside the rule that raises it: its docstring is the English title, `title_ar` the
Arabic one, `code` what a terminal switches on and `kind` why it is refused. How a refusal looks over HTTP is
`chassis.problems`' affair.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import ClassVar

from pydantic import JsonValue

_REGISTRY: dict[str, type[Refusal]] = {}


def _where(refusal: type[Refusal]) -> str:
    return f"{refusal.__module__}.{refusal.__qualname__}"


class Kind(Enum):
    """Why something is refused."""

    INVALID = auto()  # it makes no sense, whatever the state
    FORBIDDEN = auto()  # not to this caller
    UNKNOWN = auto()  # no such thing, or not the caller's
    CONFLICT = auto()  # not in the present state


class Refusal(Exception):
    """The present state does not allow this"""

    code: ClassVar[str] = "conflict"
    title_ar: ClassVar[str] = "الحالة الحالية لا تسمح بهذا الإجراء"
    kind: ClassVar[Kind] = Kind.CONFLICT
    retry_after: ClassVar[int | None] = None  # seconds after which the same may be right
    keeps: ClassVar[bool] = False  # what was done before it was raised is committed all the same: a try is counted

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Register the subclass under its code. Raises TypeError where another class has it."""
        super().__init_subclass__(**kwargs)
        if "code" in cls.__dict__:
            other = _REGISTRY.get(cls.code, cls)
            if _where(other) != _where(cls):  # the same once more is its module imported again
                raise TypeError(f"{cls.code!r} is the code of both {_where(other)} and {_where(cls)}")
            _REGISTRY[cls.code] = cls

    def __init__(self, detail: str = "", *, detail_ar: str = "", **extensions: JsonValue) -> None:
        """Say what exactly was refused; `extensions` are the values a machine wants to know."""
        super().__init__(detail or self.title())
        self.detail = detail
        self.detail_ar = detail_ar
        self.extensions = extensions

    @classmethod
    def title(cls) -> str:
        """The English title: the first line of the class's docstring."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0].rstrip(".")


class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key was used with another request"""

    code = "idempotency_key_reused"
    title_ar = "رقم العملية مستخدم مع طلب آخر"
    kind = Kind.INVALID


def registry() -> dict[str, type[Refusal]]:
    """Every declared refusal by code."""
    return dict(_REGISTRY)
