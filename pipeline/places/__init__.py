"""Places by name, without internet."""
