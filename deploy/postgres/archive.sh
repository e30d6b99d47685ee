#!/bin/bash
# archive.sh PATH NAME: keep a finished file of PostgreSQL's log, encrypted. Never replaces one by another of the same
# name; says that it is kept only when the disk has it.
# archive.sh --get NAME PATH: bring one back, also one that a version before encryption has kept.
set -euo pipefail
source "$(dirname "$0")/seal.sh"

wal=$BACKUPS/wal
get() {
    if [ -f "$wal/$1.gz.gpg" ]; then
        unseal "$wal/$1.gz.gpg" | gzip --decompress --stdout
    else
        gzip --decompress --stdout "$wal/$1.gz"
    fi
}

if [ "$1" = --get ]; then
    [ -f "$wal/$2.gz.gpg" ] || [ -f "$wal/$2.gz" ] || exit 1 # the end of what there is
    get "$2" >"$3"
    exit
fi
if [ -f "$wal/$2.gz.gpg" ] || [ -f "$wal/$2.gz" ]; then
    get "$2" | cmp --silent - "$1"
    exit
fi
kept=$wal/$2.gz.gpg
gzip --fast --stdout "$1" | seal >"$kept.part"
sync "$kept.part"
mv "$kept.part" "$kept"
sync "$wal"
