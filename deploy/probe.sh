#!/bin/bash
# probe.sh PORT PATH: whether this container's own port answers 200. No image needs curl for that; where a service speaks
# TLS its Python asks, without a look at the certificate: it is its own.
if [ -n "${UNICARD_TLS_CERTIFICATE:-}" ]; then
    exec python -c 'import http.client, ssl, sys
connection = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=ssl._create_unverified_context())
connection.request("GET", sys.argv[2])
sys.exit(connection.getresponse().status != 200)' "$1" "$2"
fi
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n' "$2" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
