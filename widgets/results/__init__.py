"""Parts of the results column."""
