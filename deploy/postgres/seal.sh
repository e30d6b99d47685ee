#!/bin/bash
# Sourced by the scripts beside it: encryption of backups with $BACKUP_KEY, AES-256 by the image's own gpg, which notices
# what was altered. Whoever has the backups and not the key has nothing; whoever loses the key has no backups.
if [ -z "${BACKUP_KEY:-}" ] && [ -f /run/secrets/BACKUP_KEY ]; then BACKUP_KEY=$(</run/secrets/BACKUP_KEY); fi
: "${BACKUP_KEY:?the key that backups are encrypted with: UNICARD_BACKUP_KEY in .env, made by make env}"
BACKUPS=${BACKUPS:-/backups}
export GNUPGHOME=${TMPDIR:-/tmp}/gnupg-$(id --user)
mkdir --parents --mode=0700 "$GNUPGHOME"

sealing() { gpg --batch --quiet --no-options --pinentry-mode loopback --passphrase-fd 3 "$@" 3<<<"$BACKUP_KEY"; }

# The key is random, so that deriving it slowly would only cost time.
seal() { sealing --symmetric --cipher-algo AES256 --s2k-count 65536 --compress-algo none --output -; }
unseal() { sealing --decrypt "$@"; }
