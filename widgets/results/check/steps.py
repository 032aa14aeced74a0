"""What can be done with a sample: label it, estimate from it, discard it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.toolkit.parts import push_button

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign


class Steps(ipw.HBox):
    """Three buttons.

    Parameters
    ----------
    on_label, on_estimate, on_discard : callable
        Called when they are pressed.
    """

    def __init__(
        self,
        on_label: Callable[[], None],
        on_estimate: Callable[[], None],
        on_discard: Callable[[], None],
    ) -> None:
        self.go = push_button("Start labelling", on_label, "eo-check-go")
        self.estimate = push_button("Estimate", on_estimate, "eo-check-estimate")
        self.discard = push_button("Discard the sample", on_discard, "eo-link")
        super().__init__([self.go, self.estimate, self.discard])
        self.add_class("eo-actions")

    def show(self, design: SamplingDesign, *, has_estimate: bool) -> None:
        """Show the next step for a sample."""
        complete = design.upcoming is None
        begun = "Go on" if design.labels else "Start labelling"
        self.go.description = "Take the last label back" if complete else begun
        (self.go.remove_class if complete else self.go.add_class)("eo-strong")
        self.estimate.disabled = not any(design.labels.values())
        self.estimate.description = "Estimate again" if has_estimate else "Estimate"
