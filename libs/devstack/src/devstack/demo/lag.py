"""How long events took, from the services' own histograms: commit to broker, commit to consumer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devstack.demo.report import Report
from devstack.terminal.wire import NotReached, Wire

HISTOGRAMS = {
    "unicard_relay_lag_seconds": "commit to broker",
    "unicard_consumer_lag_seconds": "commit to consumer",
}
Buckets = dict[tuple[str, str], dict[float, float]]


async def read(addresses: Mapping[str, str]) -> Buckets:
    """The cumulative buckets of every service that shows them."""
    found: Buckets = {}
    for service, address in addresses.items():
        wire = Wire(address, limit=1, timeout_s=5)
        try:
            answer = await wire.request("GET", "/metrics")
        except NotReached:
            continue
        finally:
            wire.close()
        for histogram in HISTOGRAMS:
            buckets = _buckets(answer.body.decode().splitlines(), histogram)
            if buckets:
                found[service, histogram] = buckets
    return found


def _buckets(lines: Iterable[str], histogram: str) -> dict[float, float]:
    buckets: dict[float, float] = {}
    for line in lines:
        name, _, value = line.rpartition(" ")
        if name.startswith(f"{histogram}_bucket"):
            edge = name.partition('le="')[2].partition('"')[0]
            buckets[float(edge)] = buckets.get(float(edge), 0.0) + float(value)
    return buckets


def quantile(buckets: Mapping[float, float], share: float) -> float:
    """The value that this share did not exceed, interpolated in its bucket as Prometheus does."""
    edges = sorted(buckets)
    total = buckets[edges[-1]] if edges else 0.0
    if not total:
        return 0.0
    wanted, low_edge, low = share * total, 0.0, 0.0
    for edge in edges:
        if buckets[edge] >= wanted:
            if edge == float("inf"):
                return low_edge
            step = buckets[edge] - low
            return low_edge + (edge - low_edge) * ((wanted - low) / step if step else 1.0)
        low_edge, low = edge, buckets[edge]
    return low_edge


def report(report: Report, before: Buckets, after: Buckets) -> None:
    """Figures of what came between the two readings."""
    for (service, histogram), buckets in sorted(after.items()):
        earlier = before.get((service, histogram), {})
        grown = {edge: count - earlier.get(edge, 0.0) for edge, count in buckets.items()}
        if not grown.get(float("inf")):
            continue
        what = f"{HISTOGRAMS[histogram]}, {service}"
        report.figure(f"{what}, median", quantile(grown, 0.5) * 1000, "ms")
        report.figure(f"{what}, 99 in 100 within", quantile(grown, 0.99) * 1000, "ms")
