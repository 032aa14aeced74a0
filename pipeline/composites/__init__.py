"""Several days in one: which are read, how they are combined, and what is shown while they arrive."""
