#!/bin/bash
# with-secrets.sh COMMAND…: run a program that knows secrets by its environment only, from files named like its
# variables in /run/secrets. They are then in its environment, not in what Docker shows of the container.
set -euo pipefail
for file in /run/secrets/*; do
    [ -f "$file" ] || continue
    export "$(basename "$file")=$(<"$file")"
done
exec "$@"
