"""Parts of the form column."""
