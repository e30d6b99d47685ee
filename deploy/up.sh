#!/bin/sh
# make up: build, start, wait until every container is healthy, and tell the command line where the system is.
# COMPOSE_PROJECT_NAME and COMPOSE_ENV_FILES choose another installation than that of .env, UNICARD_HOME its folder.
set -eu
settings=${COMPOSE_ENV_FILES:-.env}
here=${UNICARD_HOME:-.unicard/compose}
docker compose build
up() { docker compose up --detach --wait --wait-timeout "${WAIT_SECONDS:-900}"; }
unhealthy() { docker compose ps --format '{{.Service}} {{.Health}}' | awk '$2 == "unhealthy" { print $1 }'; }

# What had become unhealthy since something it needs was away ends this at once, although it gets well by itself now that
# the other is back: then once more.
if ! up; then
    for _ in $(seq 120); do
        [ -n "$(unhealthy)" ] || break
        sleep 1
    done
    echo "once more" >&2
    up
fi

# The background processes are ready when they publish and consume. After a broker that lost everything that takes them
# some seconds longer than the others, which need no broker.
deadline=$(($(date +%s) + ${WAIT_SECONDS:-900}))
for name in gateway card supply health payment notify; do
    until docker compose exec -T "$name-work" sh -c '/app/probe.sh "$UNICARD_PORT" /readyz'; do
        [ "$(date +%s)" -lt "$deadline" ] || { echo "$name-work is not ready: docker compose logs $name-work" >&2; exit 1; }
        sleep 1
    done
done

umask 077
mkdir -p "$here"
if docker compose ps --services --status running | grep -qx sink; then
    docker compose exec -T sink cat /data/clients.json >"$here/clients.json.new"
    mv "$here/clients.json.new" "$here/clients.json"
fi
grep -E '^UNICARD_(BOOTSTRAP_CLIENT_ID|BOOTSTRAP_CLIENT_SECRET|EDGE_PORT|SINK_PORT|PUBLIC_URL)=' "$settings" >"$here/secrets.env"

setting() { sed -n "s/^$1=//p" "$settings" | tail -n 1; }
echo
case "$(setting UNICARD_PUBLIC_URL)" in
https:*) place=$(setting UNICARD_PUBLIC_URL) ;;
*) place=http://127.0.0.1:$(setting UNICARD_EDGE_PORT) ;;
esac
echo "Unified Card answers at $place, its documentation at /docs"
echo "  Citizens    $place/citizen"
echo "  Prometheus  http://127.0.0.1:$(setting UNICARD_PROMETHEUS_PORT)"
case ",$(setting COMPOSE_PROFILES)," in *,dashboards,*)
    echo "  Grafana     http://127.0.0.1:$(setting UNICARD_GRAFANA_PORT), user admin, password GRAFANA_ADMIN_PASSWORD in $settings" ;;
esac
case ",$(setting COMPOSE_PROFILES)," in *,demo,*)
    echo "  SMS sink    http://127.0.0.1:$(setting UNICARD_SINK_PORT)/messages, API clients in $here/clients.json"
    echo "A demonstration: business time can be moved (training clock on), SMS go to a sink. Play it: make demo" ;;
esac
