"""Runs a command as long as its own parent lives: a script for `demo.server`, with nothing but the stdlib.

The parent holds the other end of this program's standard input. However the parent ends, even killed, the
system closes that pipe; then the command is ended too. (Linux can end a child with its parent by itself, but
means the parent's thread: the server would end with the worker thread that happened to start it.)
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

_GRACE_S = 2.0


def main(command: list[str]) -> int:
    """Run the command, end it when standard input closes, and return its exit code."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as child:
        threading.Thread(target=_end_with_parent, args=(child,), daemon=True).start()
        return child.wait()


def _end_with_parent(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):
        pass
    child.terminate()
    try:
        child.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
