#!/bin/sh
# A service under uvicorn. Told to stop, it ends what it took on within its grace period.
exec python -m uvicorn --factory "$UNICARD_PACKAGE.main:create_app" --host "$UNICARD_HOST" --port "$UNICARD_PORT" \
    --loop uvloop --http httptools --no-access-log --no-server-header --timeout-graceful-shutdown 10
