"""File formats for areas: each is read into the same plain layers, within limits."""
