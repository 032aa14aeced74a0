"""Words that a newcomer may not know, and how to read a first result."""
