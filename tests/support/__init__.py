"""Real servers for tests: files over HTTP with ranges, a STAC API, and both with faults."""
