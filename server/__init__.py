"""Voilà for many visitors and strangers: ``python -m server dashboard.ipynb`` (docs/deploy.md)."""
