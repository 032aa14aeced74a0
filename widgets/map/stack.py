"""The layers of the map in their order: base map, pictures, what tabs lay over them, outlines of areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipyleaflet as leaflet

from widgets.map.layers import Base, Outline, Pictures, Shape
from widgets.map.zoomed_in import hole

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay, Overlays


@dataclass(frozen=True)
class Look:
    """Which layers of a result are on, and their opacity."""

    true_colour: bool = True
    false_colour: bool = False
    swir: bool = False
    """Whether false colour is that of shortwave infrared."""
    opacity: float = 0.75
    """Of the clusters, 0..1."""
    ticks: tuple[bool, ...] = ()
    """Which clusters are on."""


class Stack:
    """Holds all layers and assigns them to the map at once.

    Parameters
    ----------
    world_map : ipyleaflet.Map
        The map.
    """

    def __init__(self, world_map: leaflet.Map) -> None:
        self._map = world_map
        self.base = Base()
        self.pictures, self.sharp, self.second = Pictures(), Pictures("sharp"), Pictures("second")
        self.area, self.result_area = Outline(), Outline()
        self._marks: tuple[leaflet.Layer, ...] = ()
        self._extras: dict[str, tuple[leaflet.Layer, ...]] = {}
        self._look = Look()
        self.lay()

    def lay(self) -> None:
        """Assign all layers, lowest first; nothing is sent when they are the same."""
        layers = (
            *self.base.layers,
            *self.pictures.layers,
            *self.sharp.layers,
            *self.second.layers,
            *(layer for layers in self._extras.values() for layer in layers),
            *self.result_area.layers,
            *self.area.layers,
            *self._marks,
        )
        if layers != self._map.layers:
            self._map.layers = layers

    def show_result(self, overlays: Overlays, shift: float, credit: str) -> bool:
        """Lay the pictures of a result over the map; return whether the sharp ones of a part had to go.

        They stay where only classes were edited.
        """
        before = self.pictures.clusters
        old = self.pictures.replace(overlays, shift, credit)
        other = self.pictures.clusters[:1] != before[:1]
        if other:
            old += self.sharp.clear()
        self._finish(old)
        return other

    def show_sharp(self, overlays: Overlays | None, shift: float) -> None:
        """Lay sharper pictures of a part over those of the result, or take them away."""
        self._finish(self.sharp.clear() if overlays is None else self.sharp.replace(overlays, shift, ""))

    def show_second(self, overlays: Overlays | None, shift: float) -> None:
        """Lay the pictures of a second date over those of the result, or take them away."""
        self._finish(self.second.clear() if overlays is None else self.second.replace(overlays, shift, ""))

    def show_areas(self, wanted: Shape | None, result: Shape | None, *, running: bool) -> None:
        """Draw the area in the form, and the one a result is of; dashed if they differ."""
        moved = result is not None and wanted is not None and wanted != result
        self.result_area.draw(result if moved else None)
        self.area.draw(wanted if wanted is not None else result, dashed=moved, filled=running and not moved)
        self.lay()

    def lay_over(self, name: str, layers: Sequence[leaflet.Layer]) -> None:
        """Lay layers over the pictures of the result, in place of those that had this name."""
        old = self._extras.pop(name, ())
        if layers:
            self._extras[name] = tuple(layers)
        self._finish(old)

    def mark(self, layers: Sequence[leaflet.Layer]) -> None:
        """Lay layers over everything, in place of those that were there; they are not closed."""
        self._marks = tuple(layers)
        self.lay()

    def set_backdrop(self, overlay: Overlay | None) -> None:
        """Lay a catalogue's own picture of its land over the base map."""
        self.base.set_backdrop(overlay)
        self.lay()

    def choose_base(self, name: str) -> None:
        """Take another base map."""
        self.base.choose(name)
        self.lay()

    def look(self, look: Look) -> None:
        """Switch the pictures of the result on or off."""
        self._look = look
        for pictures in (self.pictures, self.sharp, self.second):
            if pictures.true_colour is None or pictures.false_colour is None:
                continue
            pictures.true_colour.visible = look.true_colour
            pictures.false_colour.visible = look.false_colour
            pictures.choose_false_colour(swir=look.swir)
            for layer, tick in zip(pictures.clusters, look.ticks, strict=False):
                layer.opacity = look.opacity
                layer.visible = tick

    @property
    def clip_path(self) -> str:
        """The CSS shape that cuts the sharp part out of the pictures below it; empty without one."""
        if not self.sharp.clusters or not self.pictures.clusters:
            return ""
        return hole(self.pictures.clusters[0].bounds, self.sharp.clusters[0].bounds)

    def _finish(self, old: Iterable[leaflet.Layer]) -> None:
        """Show the new layers, then close the old ones."""
        self.look(self._look)
        self.lay()
        for layer in old:
            layer.close()
