"""The trace context: the edge continues the caller's or begins one, and may send spans to a collector."""

from __future__ import annotations

from api_gateway.edge.clusters import located
from api_gateway.edge.settings import EdgeSettings, endpoints

COLLECTOR = "collector"
_TYPE = "type.googleapis.com/envoy"
_SAMPLER = "envoy.tracers.opentelemetry.samplers.trace_id_ratio_based"


def tracer(settings: EdgeSettings) -> dict[str, object]:
    """Envoy's OpenTelemetry tracer. The sampler decides alone: no caller can make the edge record its spans."""
    sampler = {
        "@type": f"{_TYPE}.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig",
        "sampling_percentage": {"numerator": round(settings.trace_percent * 10_000), "denominator": "MILLION"},
    }
    uri = {"uri": f"http://{COLLECTOR}/v1/traces", "cluster": COLLECTOR, "timeout": "1s"}
    config = {
        "@type": f"{_TYPE}.config.trace.v3.OpenTelemetryConfig",
        "service_name": "edge",
        "http_service": {"http_uri": uri},
        "sampler": {"name": _SAMPLER, "typed_config": sampler},
    }
    return {"name": "envoy.tracers.opentelemetry", "typed_config": config}


def collector(settings: EdgeSettings) -> dict[str, object]:
    """Where the spans go; without a collector a cluster of no members, since the tracer must name one."""
    return located(COLLECTOR, endpoints(settings.otlp) if settings.otlp else [])
