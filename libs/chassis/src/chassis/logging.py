"""JSON logs by structlog: request id and trace in every line, personal data in none."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from chassis import telemetry

# Values under these names never reach a log, whoever passes them.
_FORBIDDEN = re.compile(
    r"(national_?id|mobile|phone|msisdn|^pin|_pin|pin_|secret|password|token|authorization|diagnos|card_number|pan$|full_name)",
    re.IGNORECASE,
)
# Shapes of personal data inside free text: a 14-digit national id, an Egyptian mobile, a JWT.
_SHAPES = re.compile(r"(?<!\d)[23]\d{13}(?!\d)|(?<!\d)(?:\+?20|0)1[0125]\d{8}(?!\d)|eyJ[\w-]+\.[\w-]+\.[\w-]+")


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask values that must not be logged, by name and by shape."""
    for name, value in event.items():
        if name != "event" and _FORBIDDEN.search(name):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _SHAPES.sub("***", value)
    return event


def _context(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if request_id := telemetry.current_request_id():
        event.setdefault("request_id", request_id)
    if traceparent := telemetry.current_traceparent():
        event.setdefault("trace_id", traceparent[3:35])
    return event


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
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
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
    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose records carry the request id and the trace."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
