"""Pixels: files opened and read block by block, kept, and put together again."""
