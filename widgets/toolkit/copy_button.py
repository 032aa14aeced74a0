"""A button that puts a text onto the clipboard."""

from __future__ import annotations

import anywidget
import traitlets

from widgets.toolkit.scripts import script


class CopyButton(anywidget.AnyWidget):
    """Copies a text; the page has it before the click, as browsers ask for."""

    _esm = script("toolkit/copied.js", "toolkit/clipboard.js")
    label = traitlets.Unicode().tag(sync=True)
    done = traitlets.Unicode("Copied").tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
