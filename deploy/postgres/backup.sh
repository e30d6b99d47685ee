#!/bin/bash
# docker compose exec postgres bash backup.sh: a base backup of all databases while they are used, encrypted before it
# reaches the disk, read back, then backups beyond the last $BACKUPS_KEPT and the archived log that only they needed are
# removed.
set -euo pipefail
here=$(dirname "$(readlink --canonicalize "$0")")
[ -f "$here/seal.sh" ] || here=/usr/local/bin # bash has found the bare name in PATH
source "$here/seal.sh"
export PGHOST=${PGHOST:-/var/run/postgresql} PGUSER=${PGUSER:-postgres}
cd "$BACKUPS/base"
rm -rf ./*.part
name=$(date --utc +%Y%m%dT%H%M%SZ)
mkdir "$name.part"
# The log it needs is in the archive when pg_basebackup ends: it begins at this file, or a later one.
psql --no-psqlrc --no-password --tuples-only --no-align --dbname postgres \
    --command 'SELECT pg_walfile_name(pg_current_wal_insert_lsn())' >"$name.part/log"
pg_basebackup --no-password --format=tar --pgdata=- --checkpoint=fast --wal-method=none |
    gzip --fast | seal >"$name.part/data.tar.gz.gpg"
unseal "$name.part/data.tar.gz.gpg" | gzip --decompress --stdout | tar --list --file=- | grep --quiet '^backup_manifest$'
date --utc +%s >"$name.part/finished"
sync --file-system .
mv "$name.part" "$name"
du --summarize --human-readable "$name"

ls --reverse | tail --lines=+"$((BACKUPS_KEPT + 1))" | xargs --no-run-if-empty rm -rf
oldest=$(ls | head --lines=1)
if [ -f "$oldest/log" ]; then
    first=$(cat "$oldest/log")
else # of before encryption
    first=$(sed --quiet 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$oldest/data/backup_label")
fi
for kind in .gz.gpg .gz; do pg_archivecleanup -x "$kind" "$BACKUPS/wal" "$first"; done
echo "backups: $(ls | wc --lines), the oldest from $oldest; archived log: $(du --summarize --human-readable "$BACKUPS/wal" | cut --fields=1)"
