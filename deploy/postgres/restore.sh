#!/bin/bash
# restore.sh MOMENT [BASE]: bring all databases back to a moment ("2026-12-01 10:15:00+02", or "latest" for all that is
# known), from the last base backup before it. PostgreSQL must be stopped; its present data is set aside, not removed:
#   docker compose run --rm --no-deps --entrypoint bash postgres restore.sh "2026-12-01 10:15:00+02"
set -euo pipefail
here=$(dirname "$(readlink --canonicalize "$0")")
[ -f "$here/seal.sh" ] || here=/usr/local/bin # bash has found the bare name in PATH
source "$here/seal.sh"
moment=$1
now=$(date --utc +%s)
if pg_isready --quiet --host="${PGHOST:-postgres}"; then
    echo "PostgreSQL is running: docker compose stop" >&2
    exit 1
fi

seconds=$now
if [ "$moment" != latest ]; then seconds=$(date --date="$moment" +%s); fi
base=${2:-}
for found in $(ls "$BACKUPS/base"); do
    finished=$BACKUPS/base/$found/finished
    if [ -z "${2:-}" ] && [ -f "$finished" ] && [ "$(cat "$finished")" -le "$seconds" ]; then
        base=$found
    fi
done
if [ -z "$base" ]; then
    echo "no base backup was finished before $moment; there are: $(ls "$BACKUPS/base" | tr '\n' ' ')" >&2
    exit 1
fi

# Unpacked beside first: a backup that cannot be read, or a wrong key, leaves everything as it is.
mkdir --parents "$(dirname "$PGDATA")"
draft=$PGDATA.restored
rm -rf "$draft"
mkdir --mode=0700 "$draft"
echo "copying $base"
if [ -f "$BACKUPS/base/$base/data.tar.gz.gpg" ]; then
    unseal "$BACKUPS/base/$base/data.tar.gz.gpg" | gzip --decompress --stdout | tar --extract --file=- --directory="$draft"
else # of before encryption
    cp --archive "$BACKUPS/base/$base/data/." "$draft/"
fi
pg_verifybackup --quiet --no-parse-wal "$draft"

aside=${ASIDE:-/var/lib/postgresql}/before-$(date --utc --date="@$now" +%Y%m%dT%H%M%SZ)
if [ -e "$PGDATA" ]; then mv "$PGDATA" "$aside"; fi
echo "what was there is in $aside"
mv "$draft" "$PGDATA"
chmod 0700 "$PGDATA"
mkdir --parents "$PGDATA/pg_wal"
if [ -d "$aside/pg_wal" ]; then # what the archive had not been given yet
    find "$aside/pg_wal" -maxdepth 1 -type f -name '[0-9A-F]*' -exec cp --archive {} "$PGDATA/pg_wal/" \;
fi
{
    echo "restore_command = '/bin/bash $here/archive.sh --get %f %p'"
    echo "recovery_target_action = 'promote'"
    if [ "$moment" != latest ]; then echo "recovery_target_time = '$moment'"; fi
} >>"$PGDATA/postgresql.auto.conf"
touch "$PGDATA/recovery.signal"
echo "ready: docker compose up --detach --wait postgres brings it to $moment"
