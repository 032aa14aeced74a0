"""Pictures: labels and imagery warped to a web map and encoded for a browser."""
