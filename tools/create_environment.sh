#!/bin/sh
# create_environment.sh PYTHON FOLDER: makes the virtual environment unless it is there already.
set -eu
"$2/bin/python" -c 'import pip' 2>/dev/null && exit 0
[ -n "$1" ] || exit 1 # find_python.sh has said why
"$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || {
    echo "$1 is no Python from 3.11 to 3.14: name another one with make PYTHON=/path/to/python3." >&2
    exit 1
}
"$1" -c 'import ensurepip, venv' 2>/dev/null || {
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "$1 cannot make virtual environments. On Debian or Ubuntu: apt-get install $package." \
        "Or name another Python with make PYTHON=/path/to/python3." >&2
    exit 1
}
echo "Making an environment in $2 with $("$1" --version)."
"$1" -m venv "$2"
