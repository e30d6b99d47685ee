"""Metrics of proposals: what waits for a decision, and how soon its time is over."""

from __future__ import annotations

from prometheus_client import Gauge

from chassis.metrics import BACKGROUND

WAITING = Gauge("unicard_proposals_waiting", "Proposals that wait for a decision", ["kind"], registry=BACKGROUND)
EXPIRES = Gauge(
    "unicard_proposals_soonest_expiry_seconds",
    "Seconds of business time until the first of them expires",
    ["kind"],
    registry=BACKGROUND,
)
