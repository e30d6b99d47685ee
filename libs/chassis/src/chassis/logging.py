"""JSON logs by structlog: request id and trace in every line, personal data in none."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from chassis import telemetry

# Values under these names never reach a log, whoever passes them and however deep.
_FORBIDDEN = re.compile(
    r"(national_?id|mobile|phone|msisdn|(^|_)pins?(_|$)|secret|password|token|authorization|diagnos|card_number"
    r"|(^|_)pan$|(full|given|family)_name)",
    re.IGNORECASE,
)
MASK = "***"
SPARING_SECONDS = 30.0
MAX_DEPTH = 6
# Shapes of personal data inside free text, never inside a longer run of digits or hex.
_SHAPES = re.compile(
    r"(?<![0-9a-f])[23٢٣]\d{13}(?![0-9a-f])"  # a 14-digit national id, in either kind of digits
    r"|(?<![0-9a-f])(?:(?:\+|00)?20[ -]?|[0٠])[1١][0125٠١٢٥](?:[ -]?\d){8}(?![0-9a-f])"  # an Egyptian mobile
    r"|eyJ[\w-]+(?:\.[\w-]*){2,4}"  # a JWT or JWE
    r"|(?i:(?<=bearer )[\w.~+/-]+=*)"
    r"|(?<=DETAIL:)[^\n]+"  # PostgreSQL shows the row it refused
    r"|(?<=invalid input for query argument \$)[^\n]+"  # asyncpg shows what it could not encode
)
# A forbidden name with its value inside free text: `pin=1234`, `"pin": "1234"`, `{'pin': 1234}`.
_PAIRS = re.compile(
    r"""(?ix)(\b(?:national_?id|mobile|phone|msisdn|pin|secret|password|authorization|card_number|full_name
    |client_secret|access_token)["']?\s*[=:]\s*["']?)[^\s"',;)}\]]+"""
)


def redact(_: object, __: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Mask values that must not be logged, by name and by shape, at any depth."""
    for name, value in event.items():
        if not name.startswith("_"):  # structlog's own
            event[name] = MASK if name != "event" and _FORBIDDEN.search(name) else _clean(value, MAX_DEPTH)
    return event


def _clean(value: object, depth: int) -> object:
    """A value without what must not be logged. Objects of unknown kind become text, which can be searched."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, int):
        return MASK if _SHAPES.fullmatch(str(value)) else value
    if depth == 0:
        return MASK
    if isinstance(value, Mapping):
        return {
            _clean_text(str(name)): MASK if _FORBIDDEN.search(str(name)) else _clean(inner, depth - 1)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner, depth - 1) for inner in value]
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    return _PAIRS.sub(rf"\1{MASK}", _SHAPES.sub(MASK, text)).encode("utf-8", "backslashreplace").decode()


def _context(_: object, __: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    if request_id := telemetry.current_request_id():
        event.setdefault("request_id", request_id)
    if client_request_id := telemetry.current_client_request_id():
        event.setdefault("client_request_id", client_request_id)
    if traceparent := telemetry.current_traceparent():
        event.setdefault("trace_id", traceparent[3:35])
    return event


class _Sparing(logging.Filter):
    """Lets a library say the same thing once in a while; aiokafka says it ten times a second without a broker."""

    def __init__(self, library: str) -> None:
        super().__init__()
        self._library = library
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(self._library) or not isinstance(record.msg, str):
            return True
        now = time.monotonic()
        if now < self._next.get(record.msg, 0.0):
            return False
        self._next[record.msg] = now + SPARING_SECONDS
        return True


def configure(service: str, level: str) -> None:
    """Send structlog's and the standard library's records as JSON lines to standard output."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _context,
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_Sparing("aiokafka"))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _named(service),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "aiokafka", "httpx", "httpcore", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def _named(service: str) -> Any:
    def add(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose records carry the request id and the trace."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
