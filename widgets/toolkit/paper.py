"""Gets the page ready for paper."""

from __future__ import annotations

import anywidget

from widgets.toolkit.scripts import script


class Paper(anywidget.AnyWidget):
    """Gives the style sheet the sizes of map and results before the page is printed."""

    _esm = script("toolkit/paper.js")
