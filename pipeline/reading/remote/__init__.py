"""Cloud-optimised GeoTIFFs on the web: our own requests, for exactly the blocks that are needed."""
