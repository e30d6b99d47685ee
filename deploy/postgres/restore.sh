#!/bin/bash
# restore.sh MOMENT [BASE]: bring all databases back to a moment ("2026-12-01 10:15:00+02", or "latest" for all that is
# known), from the last base backup before it. PostgreSQL must be stopped; its present data is set aside, not removed:
#   docker compose run --rm --no-deps --entrypoint bash postgres restore.sh "2026-12-01 10:15:00+02"
set -euo pipefail
moment=$1
now=$(date --utc +%s)
if pg_isready --quiet --host=postgres; then
    echo "PostgreSQL is running: docker compose stop" >&2
    exit 1
fi

seconds=$now
if [ "$moment" != latest ]; then seconds=$(date --date="$moment" +%s); fi
base=${2:-}
for found in $(ls /backups/base); do
    if [ -z "${2:-}" ] && [ -f "/backups/base/$found/finished" ] && [ "$(cat "/backups/base/$found/finished")" -le "$seconds" ]; then
        base=$found
    fi
done
if [ -z "$base" ]; then
    echo "no base backup was finished before $moment; there are: $(ls /backups/base | tr '\n' ' ')" >&2
    exit 1
fi

aside=/var/lib/postgresql/before-$(date --utc --date="@$now" +%Y%m%dT%H%M%SZ)
if [ -e "$PGDATA" ]; then mv "$PGDATA" "$aside"; fi
echo "copying $base; what was there is in $aside"
mkdir --parents "$(dirname "$PGDATA")"
cp --archive "/backups/base/$base/data" "$PGDATA"
chmod 0700 "$PGDATA"
if [ -d "$aside/pg_wal" ]; then # what the archive had not been given yet
    find "$aside/pg_wal" -maxdepth 1 -type f -name '[0-9A-F]*' -exec cp --archive {} "$PGDATA/pg_wal/" \;
fi
{
    echo "restore_command = 'gzip --decompress --stdout /backups/wal/%f.gz > %p'"
    echo "recovery_target_action = 'promote'"
    if [ "$moment" != latest ]; then echo "recovery_target_time = '$moment'"; fi
} >>"$PGDATA/postgresql.auto.conf"
touch "$PGDATA/recovery.signal"
echo "ready: docker compose up --detach --wait postgres brings it to $moment"
