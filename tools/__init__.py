"""What the Makefile needs beyond one line per step."""
