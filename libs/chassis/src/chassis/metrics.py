"""Prometheus metrics every service has, under the same names."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

# What is true of a service once, however many processes it has: its background process alone tells it.
BACKGROUND = CollectorRegistry()

_FINE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("unicard_http_requests_total", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "unicard_http_request_seconds", "Time to answer a request", ["method", "route"], buckets=_FINE
)
REFUSALS = Counter(
    "unicard_refusals_total", "Requests refused, by the code of the refusal", ["method", "route", "code"]
)
HOT_REQUESTS = Counter(
    "unicard_hot_requests_total", "Requests to a hot route, taken on at once or passed on to FastAPI", ["route", "way"]
)
EVENTS_PUBLISHED = Counter("unicard_events_published_total", "Events the broker acknowledged", ["type"])
RELAY_LAG_SECONDS = Histogram(
    "unicard_relay_lag_seconds", "From commit of an event to the broker's acknowledgement", buckets=_FINE
)
RELAY_OLDEST_SECONDS = Gauge(
    "unicard_relay_oldest_unsent_seconds", "Age of the oldest event not yet published", registry=BACKGROUND
)
EVENTS_CONSUMED = Counter("unicard_events_consumed_total", "Events handled", ["type", "outcome"])
CONSUMER_LAG_SECONDS = Histogram(
    "unicard_consumer_lag_seconds", "From commit at the publisher to commit at the consumer", buckets=_FINE
)
PARKED_EVENTS = Gauge(
    "unicard_parked_events", "Events set aside and not yet replayed or discarded", registry=BACKGROUND
)
PARKED_OLDEST = Gauge(
    "unicard_parked_oldest_timestamp_seconds", "Since when the oldest of them stands aside", registry=BACKGROUND
)
BATCH_SIZE = Histogram(
    "unicard_group_commit_batch_size", "Requests in one group commit", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
QUEUED = Gauge("unicard_group_commit_queued", "Requests waiting for a group commit")
WORKER_RUNS = Counter("unicard_worker_runs_total", "Runs of periodic jobs", ["worker", "outcome"])
WORKER_SECONDS = Counter("unicard_worker_seconds_total", "Time spent in runs of periodic jobs", ["worker"])
WORKER_LAST_SUCCESS = Gauge(
    "unicard_worker_last_success_timestamp_seconds", "When a periodic job last ended well", ["worker"]
)
ITEMS_FAILED = Counter("unicard_worker_items_failed_total", "Items that failed and were set aside", ["worker"])
ITEMS_ASIDE = Gauge("unicard_worker_items_aside", "Items that stand aside because they fail", ["worker"])

RESTATEMENT_TOLD = Gauge(
    "unicard_restatement_told_rows",
    "Rows of a subject told again by the latest order",
    ["subject"],
    registry=BACKGROUND,
)
RESTATEMENT_EXPECTED = Gauge(
    "unicard_restatement_expected_rows", "Rows there were when the latest order began", ["subject"], registry=BACKGROUND
)
READ_MODEL_INCOMPLETE = Gauge(
    "unicard_read_model_incomplete", "Whether a copy of another service's data lacks a fact", ["subject"],
    registry=BACKGROUND,
)  # fmt: skip

RECORDS_UNCHAINED = Gauge(
    "unicard_records_unchained_oldest_seconds", "Age of the oldest record not chained yet", registry=BACKGROUND
)
RECORDS_BROKEN = Gauge("unicard_records_broken", "Places where the chain of records does not hold", registry=BACKGROUND)
RECORDS_WALKED = Gauge(
    "unicard_records_walked_timestamp_seconds",
    "When the whole chain of records was last found to hold",
    registry=BACKGROUND,
)


class Observed:
    """The figures of one route and status, found once: looking labels up costs as much as counting."""

    def __init__(self, method: str, route: str, status: int) -> None:
        """Find them."""
        self._requests = REQUESTS.labels(method, route, status)
        self._seconds = REQUEST_SECONDS.labels(method, route)

    @staticmethod
    @lru_cache(maxsize=4096)
    def of(method: str, route: str, status: int) -> Observed:
        """The figures of requests to a route, by its template, that got a status."""
        return Observed(method, route, status)

    def answered(self, seconds: float) -> None:
        """Count one request."""
        self._requests.inc()
        self._seconds.observe(seconds)


def exposition(*, background: bool) -> Response:
    """All metrics in Prometheus' text format; those of the service as a whole where `background` work is done."""
    text = generate_latest() + (generate_latest(BACKGROUND) if background else b"")
    return Response(text, media_type=CONTENT_TYPE_LATEST)
