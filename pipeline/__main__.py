"""Many places from the command line: ``python -m pipeline --help``."""

import sys

from pipeline.batch.cli import main

if __name__ == "__main__":
    sys.exit(main())
