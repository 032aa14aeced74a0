"""What can go wrong with the demo."""

from __future__ import annotations


class DemoUnavailable(RuntimeError):
    """The demo cannot be shown on this machine; the message says why and what to do."""
