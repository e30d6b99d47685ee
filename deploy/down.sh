#!/bin/sh
# make down: stop and remove the containers, let what they took on come to its end; volumes stay.
set -eu
rm -f "${UNICARD_HOME:-.unicard/compose}/secrets.env"
docker compose --profile '*' down --remove-orphans
