#!/bin/bash
# archive.sh PATH NAME: keep a finished file of PostgreSQL's log. Never replaces one by another of the same name;
# says that it is kept only when the disk has it.
set -euo pipefail
kept=/backups/wal/$2.gz
if [ -f "$kept" ]; then
    gzip --decompress --stdout "$kept" | cmp --silent - "$1"
    exit
fi
gzip --fast --stdout "$1" >"$kept.part"
sync "$kept.part"
mv "$kept.part" "$kept"
sync /backups/wal
