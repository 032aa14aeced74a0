"""Runs some cases in a process with limits; tells each one's number before it begins, and its end after.

python -m benchmarks.fuzz.child KIND SEED FIRST END FOLDER
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from random import Random

MEMORY_BYTES = 4 * 2**30
"""Of address space: libraries reserve a good part of it without using it."""
CASE_S = 30
"""Seconds after which a case counts as hanging, and its process is ended by the system."""


def main(kind: str, seed: int, first: int, end: int, folder: Path) -> None:
    """Run cases and tell of them on the standard output, a line of JSON each."""
    from benchmarks.fuzz.cases import KINDS
    from pipeline.catalogs.items import UnusableItem
    from pipeline.errors import AnalysisError

    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for number in range(first, end):
        print(json.dumps({"case": number}), flush=True)
        signal.alarm(CASE_S)
        outcome, told = "fine", ""
        try:
            KINDS[kind](number, Random(f"{seed}-{kind}-{number}"), folder)
        except (AnalysisError, UnusableItem) as error:
            outcome = "refused"
            if not str(error).strip() or "\n" in str(error) or len(str(error)) > 1000:
                outcome, told = "stray", f"words that are none: {str(error)[:200]!r}"
        except BaseException as error:  # what the fuzzing looks for
            outcome = "stray"
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__}: {str(error)[:200]} ({Path(where.filename).name}:{where.lineno})"
        signal.alarm(0)
        print(json.dumps({"case": number, "outcome": outcome, "told": told}), flush=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    name, seed_text, first_text, end_text, place = sys.argv[1:]
    main(name, int(seed_text), int(first_text), int(end_text), Path(place))
