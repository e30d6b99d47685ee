#!/bin/sh
# A service. Told to stop, it ends what it took on within its grace period.
exec python -m chassis.serve "$UNICARD_PACKAGE" --host "$UNICARD_HOST" --port "$UNICARD_PORT"
