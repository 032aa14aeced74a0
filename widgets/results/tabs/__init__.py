"""The tabs over a result: one question each, one file each."""
