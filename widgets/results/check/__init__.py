"""Check it: points drawn at random, labelled without seeing the clusters, and what follows from them."""
