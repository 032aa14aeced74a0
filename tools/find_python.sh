#!/bin/sh
# Prints a Python that the pinned versions have builds for, the best tested one first.
for name in python3.13 python3.12 python3.11 python3.14 python3 python; do
    path=$(command -v "$name" 2>/dev/null) || continue
    "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1 || continue
    echo "$path"
    exit 0
done
echo "This needs Python 3.11, 3.12, 3.13 or 3.14, and none was found:" \
    "install one, or name it with make PYTHON=/path/to/python3." >&2
exit 1
