"""`python -m demo` serves the demo catalogue until interrupted; `--generate` only makes the scenes."""

from __future__ import annotations

import argparse
import logging
import threading

import demo
from demo import cache


def main() -> None:
    """Read the command line and act."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--generate", action="store_true", help="make the scenes, print their folder and end")
    arguments = parser.parse_args()
    logging.basicConfig(format="%(message)s")  # to standard error: standard output holds the answer alone
    logging.getLogger("demo").setLevel(logging.INFO)
    if arguments.generate:
        print(cache.generate())
        return
    print(demo.serve(), flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        demo.stop()


if __name__ == "__main__":
    main()
