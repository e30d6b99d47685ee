"""What notify-service measures beside what every service does."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("unicard_sms_messages_total", "Messages that left the queue", ["template", "outcome"])
RECEIPTS = Counter("unicard_sms_receipts_total", "Delivery receipts", ["outcome"])
ENDED = Counter(
    "unicard_sms_ended_total", "Messages of which the network has told the end", ["provider", "network", "outcome"]
)
DELIVERY_SECONDS = Histogram(
    "unicard_sms_delivery_seconds",
    "From sending to the network's word that it was delivered",
    ["provider"],
    buckets=(2, 5, 10, 30, 60, 300, 1800, 7200, 43200),
)
RETURNED = Counter("unicard_sms_returned_total", "Sent messages queued again, for a reason that passes")
INBOUND = Counter("unicard_sms_inbound_total", "Messages from citizens", ["outcome"])
PROVIDER_FAILURES = Counter("unicard_sms_provider_failures_total", "Batches a provider did not take", ["provider"])
SMPP_ANSWERS = Counter("unicard_smpp_answers_total", "Parts handed over by SMPP", ["provider", "answer"])
SMPP_RECEIPTS = Counter("unicard_smpp_receipts_total", "Receipts brought by SMPP", ["provider", "state"])
QUEUED = Gauge("unicard_sms_queued", "Messages waiting to be sent", ["priority"])
UNREACHABLE_PLACES = Counter("unicard_sms_unreachable_places_total", "Places that could not be told of their terminal")
