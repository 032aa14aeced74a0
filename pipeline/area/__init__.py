"""Where: the area of interest, its pixel grid, and the blocks it is cut into."""
