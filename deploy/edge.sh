#!/bin/bash
# Runs Envoy with the arguments given. Told to stop, it lets go of its connections one answer at a time, takes no new
# one, and ends when the last request is answered.
#
# It does not begin where others than this machine would reach it without TLS: UNICARD_EDGE_ADDRESS is where its port is
# published. UNICARD_EDGE_TLS_ENDS_BEFORE=true says expressly that something before it ends TLS.
case "${UNICARD_EDGE_ADDRESS:-127.0.0.1}" in
127.* | localhost | ::1 | "[::1]") ;;
*)
    if [ "${UNICARD_EDGE_TLS_ENDS_BEFORE:-false}" != true ] &&
        ! grep -qs DownstreamTlsContext "${UNICARD_EDGE_CONFIGURATION:-/etc/envoy/envoy.yaml}"; then
        echo "the edge would be reached without TLS at $UNICARD_EDGE_ADDRESS: give it a certificate (deploy/edge.env)," \
            "or set UNICARD_EDGE_TLS_ENDS_BEFORE=true where something before it ends TLS" >&2
        exit 78
    fi
    ;;
esac

drain_seconds=3
longest_tenths=200

admin() { # METHOD PATH: Envoy's own page
    exec 3<>/dev/tcp/127.0.0.1/9901 || return 1
    printf '%s %s HTTP/1.1\r\nHost: admin\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1" "$2" >&3
    cat <&3
    exec 3>&-
}

answered() { # whether no request is under way
    admin GET '/stats?filter=^http.edge.downstream_rq_active$' | grep -q '^http.edge.downstream_rq_active: 0'
}

stop() {
    trap '' TERM INT
    admin POST '/drain_listeners?graceful&skip_exit' >/dev/null
    sleep "$drain_seconds"
    for _ in $(seq "$longest_tenths"); do
        if answered; then break; fi
        sleep 0.1
    done
    kill -TERM "$envoy"
}

trap stop TERM INT
envoy "$@" --drain-time-s "$drain_seconds" --drain-strategy immediate --log-level warning &
envoy=$!
wait "$envoy" # until Envoy ends, or a signal has been seen to
wait "$envoy"
