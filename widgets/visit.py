"""How a visitor came: the query string of the page's address."""

from __future__ import annotations

import os


def query_string() -> str:
    """Return the query string of the page's address, empty when there is none (as in JupyterLab).

    A pre-heated kernel has run the notebook up to here before anybody came: it waits for its visitor, and
    counts as busy meanwhile, so that it is not culled.
    """
    if os.environ.get("VOILA_PREHEAT") == "True":
        from voila.utils import get_query_string

        get_query_string()
    return os.environ.get("QUERY_STRING", "")
