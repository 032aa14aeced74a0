"""File formats that areas come in: each is read into the same plain layers, within bounds."""
