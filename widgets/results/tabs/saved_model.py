"""A model of an earlier session labels the present request."""

from __future__ import annotations

from html import escape

import ipywidgets as ipw

from widgets.form.upload import Upload
from widgets.results.tabs.host import Host
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import html

MAX_BYTES = 200_000
TEXT = "Label this area with the classes of an earlier result. Choose its model file."


class SavedModel(ipw.VBox):
    """A button for the file, and the outcome.

    Parameters
    ----------
    host : Host
        Calculates with the model.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        guard = host.gate.guard
        self.told = html(f"<p>{TEXT}</p>", "eo-muted", "eo-saved-model")
        self._upload = Upload([".json"], MAX_BYTES, guard(self.take), guard(self.refuse))
        self._upload.purpose = "File with the model"
        super().__init__([self.told, self._upload])
        self.add_class("eo-fold-body")

    def take(self, name: str, content: bytes) -> None:
        """Take a file as a model and calculate with it, or say why it is none."""
        from pipeline.clustering.model import ClusterModel
        from pipeline.errors import InvalidRequest

        try:
            model = ClusterModel.from_json(content.decode("utf-8", "replace"))
        except InvalidRequest as error:
            self._warn(plain_words(error))
            return
        self.told.value = f"<p>{escape(name)}: {model.n_clusters} clusters.</p>"
        self._host.use_model(model)

    def refuse(self, name: str, n_bytes: int) -> None:
        """Say why a file was not even sent."""
        size = f"{n_bytes / 1e6:.1f} MB, at most {MAX_BYTES / 1e6:g} MB" if n_bytes else "it cannot be read"
        self._warn(f"{name} is no model: {size}. Choose a file saved as “Model (JSON)”.")

    def _warn(self, text: str) -> None:
        self.told.value = f"<p class='eo-warn-text' role='alert'>{escape(text)}</p>"
