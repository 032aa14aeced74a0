"""Parts of the map column."""
