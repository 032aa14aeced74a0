#!/bin/sh
# create_environment.sh PYTHON FOLDER: makes the virtual environment unless it is there already.
set -eu
[ -x "$2/bin/python" ] && exit 0
[ -n "$1" ] || exit 1 # find_python.sh has said why
"$1" -c 'import ensurepip, venv' 2>/dev/null || {
    echo "$1 cannot make virtual environments: on Debian or Ubuntu, install the package python3-venv." >&2
    exit 1
}
echo "Making an environment in $2 with $("$1" --version)."
"$1" -m venv "$2"
