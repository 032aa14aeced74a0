"""Edited names of an earlier result, made for other clusters than those that are shown."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw

from widgets.results.edits import Editor
from widgets.results.tabs.host import Host
from widgets.toolkit.parts import html, push_button, shown


class Behind(ipw.VBox):
    """A sentence that says where the names are, and a button that uses the clusters they belong to.

    Parameters
    ----------
    host : Host
        Calculates with those clusters.
    editor : Editor
        Knows the names.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._host, self._editor = host, editor
        self.sentence = html("", "eo-behind")
        self.take_along = push_button("Use those classes here", host.gate.guard(self._take_along), "eo-link")
        super().__init__([self.sentence, self.take_along])
        self.add_class("eo-behind-note")

    def show(self) -> None:
        """Show the names, if there are any."""
        behind = self._editor.left_behind
        shown(self, behind is not None)
        if behind is not None:
            count, day = behind.request.n_clusters, behind.period_words
            self.sentence.value = (
                f"<p>Your class names belong to the {count} clusters of {escape(day)}. "
                "They come back with those settings.</p>"
            )

    def _take_along(self) -> None:
        behind = self._editor.left_behind
        if behind is not None:
            self._host.use_model(behind.model)
