#!/bin/sh
# Writes requirements.lock: every library of the workspace, for every platform, with hashes, without addresses.
# Usage: tools/lock.sh VENV MEMBER...
set -eu

venv=$1
shift

uv=$venv/bin/uv
command -v uv >/dev/null 2>&1 && uv=uv

sources=
own=
for member in "$@"; do
    sources="$sources $member/pyproject.toml"
    own="$own --no-emit-package $(sed -n 's/^name = "\(.*\)"/\1/p' "$member/pyproject.toml" | head -n 1)"
done

# shellcheck disable=SC2086  # lists of words on purpose
"$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --group dev $own --output-file requirements.lock pyproject.toml $sources
