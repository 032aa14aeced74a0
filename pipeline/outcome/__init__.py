"""What came of a request, as values; and how they describe themselves."""
