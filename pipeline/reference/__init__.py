"""Other maps of the same land: what they say of each cluster, and names that come from them."""
