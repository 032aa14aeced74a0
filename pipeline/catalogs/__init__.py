"""Which images: the catalogues, their search, and the acquisitions found there."""
