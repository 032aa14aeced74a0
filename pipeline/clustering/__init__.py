"""Groups: a k-means model, the label of every pixel, hectares, names and colours."""
