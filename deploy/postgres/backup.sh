#!/bin/bash
# docker compose exec postgres bash backup.sh: a base backup of all databases while they are used, checked, then
# backups beyond the last $BACKUPS_KEPT and the archived log that only they needed are removed.
set -euo pipefail
cd /backups/base
rm -rf ./*.part
name=$(date --utc +%Y%m%dT%H%M%SZ)
pg_basebackup --host=/var/run/postgresql --username=postgres --no-password --pgdata="$name.part/data" \
    --checkpoint=fast --wal-method=stream
pg_verifybackup --quiet "$name.part/data"
date --utc +%s >"$name.part/finished"
sync --file-system .
mv "$name.part" "$name"
du --summarize --human-readable "$name"

ls --reverse | tail --lines=+"$((BACKUPS_KEPT + 1))" | xargs --no-run-if-empty rm -rf
oldest=$(ls | head --lines=1)
first=$(sed --quiet 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$oldest/data/backup_label")
pg_archivecleanup -x .gz /backups/wal "$first"
echo "backups: $(ls | wc --lines), the oldest from $oldest; archived log: $(du --summarize --human-readable /backups/wal | cut --fields=1)"
