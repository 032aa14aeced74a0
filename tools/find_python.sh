#!/bin/sh
# Prints a Python that the pinned versions have builds for and that can make environments, the best tested one first.
without_venv=
for name in python3.13 python3.12 python3.11 python3.14 python3 python; do
    path=$(command -v "$name" 2>/dev/null) || continue
    "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1 || continue
    if "$path" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$path"
        exit 0
    fi
    without_venv=${without_venv:-$path}
done
if [ -n "$without_venv" ]; then
    echo "$without_venv" # create_environment.sh says what it lacks
    exit 0
fi
echo "This needs Python 3.11, 3.12, 3.13 or 3.14, and none was found:" \
    "install one, or name it with make PYTHON=/path/to/python3." >&2
exit 1
