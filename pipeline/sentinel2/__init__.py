"""Facts about Sentinel-2: its bands, its scenes, its radiometry. Depends on nothing else here."""
