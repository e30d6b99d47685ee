#!/bin/sh
# Installs the locked libraries and the workspace's members, editable, into a virtual environment.
# Usage: tools/setup.sh VENV MEMBER...    Needs Python 3.11 or newer with pip; PYTHON=… chooses which.
set -eu

venv=$1
shift

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer was not found. Install it, or name it: make setup PYTHON=/path/to/python3" >&2
    exit 1
}

if ! [ -x "$venv/bin/python" ]; then
    python=$(find_python)
    echo "Creating $venv with $("$python" --version)"
    # Without pip, because Debian's Python has no ensurepip: the outer pip installs uv into it below.
    "$python" -m venv --without-pip "$venv"
fi

if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    uv=uv
else
    uv=$venv/bin/uv
    if ! "$uv" --version >/dev/null 2>&1; then
        echo "Installing uv into $venv"
        python=${python:-$(find_python)}
        "$python" -m pip --disable-pip-version-check --python "$venv/bin/python" install --quiet \
            --require-hashes --requirement tools/uv.txt
    fi
fi

echo "Installing the locked libraries"
"$uv" pip install --quiet --python "$venv/bin/python" --require-hashes --requirement requirements.lock

echo "Installing the members: $*"
members=
for member in "$@"; do
    members="$members --editable ./$member"
done
# shellcheck disable=SC2086  # the list is words on purpose; folder names have no spaces
"$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation $members
