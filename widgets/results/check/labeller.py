"""The labeller: one point at a time, by keys, mouse or finger, with the clusters hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from widgets.results.check.shelf import key_of
from widgets.toolkit.scripts import script

if TYPE_CHECKING:
    from pipeline.accuracy.design import SamplingDesign
    from widgets.results.check.tasks import Task


class Labeller(anywidget.AnyWidget):
    """Shows points and takes labels. It never learns what the map shows at a point.

    Parameters
    ----------
    heard : mapping of str to callable
        Gets the page's messages by their event: ``label`` (point, name or None), ``back`` (point), ``at``
        (point), ``want`` (points), ``dates`` (point), ``add`` (name), ``photo`` (on), ``pause`` and ``done``.
    """

    _esm = script("results/check/store.js", "results/check/labeller.js")
    order: traitlets.List[int] = traitlets.List().tag(sync=True)
    """Ids of the points as they are to be labelled."""
    labels: traitlets.Dict[str, str | None] = traitlets.Dict().tag(sync=True)
    """What was found before; None: unsure."""
    classes: traitlets.List[str] = traitlets.List().tag(sync=True)
    """Names to choose from."""
    added: traitlets.List[str] = traitlets.List().tag(sync=True)
    """Those of them that the map does not have."""
    question = traitlets.Unicode().tag(sync=True)
    """What there is to say of a point."""
    looks: traitlets.List[str] = traitlets.List().tag(sync=True)
    """What the pictures of a point show, one after the other."""
    another = traitlets.Unicode().tag(sync=True)
    """What stands in the field for a class that the map does not have."""
    key = traitlets.Unicode().tag(sync=True)
    """Under which the browser keeps the labels."""
    seconds = traitlets.Float(9.0).tag(sync=True)
    """That a point takes, until the visitor's own pace is known."""

    def __init__(self, heard: Mapping[str, Callable[[dict[str, Any]], None]]) -> None:
        self._heard = dict(heard)
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))

    def begin(
        self, design: SamplingDesign, classes: Mapping[str, str], task: Task, looks: Sequence[str]
    ) -> None:
        """Take a sample, the class that each of its strata is in now, and what there is to do and to see."""
        from pipeline.accuracy.allocation import SECONDS_A_POINT

        names = list(dict.fromkeys([*classes.values(), *design.added]))
        with self.hold_sync():
            self.order = [p.id for p in design.drawn]
            self.labels = {
                str(n): None if name is None else classes.get(name, name) for n, name in design.labels.items()
            }
            self.classes, self.added = names, list(design.added)
            self.question, self.another, self.looks = task.question, task.another, list(looks)
            self.key, self.seconds = key_of(design), float(SECONDS_A_POINT)

    def show_chips(self, chips: Sequence[tuple[int, Sequence[bytes]]]) -> None:
        """Send pictures of points: as many of each as there are `looks`."""
        buffers = [picture for _, pictures in chips for picture in pictures]
        self.send({"chips": [point for point, _ in chips]}, buffers=buffers)

    def show_dates(self, point: int, dates: Sequence[tuple[str, bytes]], said: str = "") -> None:
        """Send pictures of a point on other days, or what there is to say in their place."""
        days = [day for day, _ in dates]
        self.send({"dates": point, "days": days, "said": said}, buffers=[picture for _, picture in dates])

    def receive(self, content: dict[str, Any]) -> None:
        """Take a message of the page."""
        called = self._heard.get(str(content.get("event", "")))
        if called is not None:
            called(content)
