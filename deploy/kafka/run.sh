#!/bin/bash
# Kafka as its image runs it. A broker with data keeps the identity that stands there; one without gets a new one, by
# which every service knows that what it had published is gone, and publishes it again.
set -e
known=$(sed -n 's/^cluster\.id=//p' "$KAFKA_LOG_DIRS/meta.properties" 2>/dev/null || true)
made=$(head -c 16 /dev/urandom | base64 | tr '+/' 'xy' | tr -d '=')
export CLUSTER_ID=${known:-$made}
exec /etc/kafka/docker/run
