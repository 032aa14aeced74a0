"""Other maps of the same land: what they show in each cluster, and names taken from them."""
