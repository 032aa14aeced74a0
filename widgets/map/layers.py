"""What lies on the map: the base map, the outline of the area, the pictures of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipyleaflet as leaflet

from widgets.map import world

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay, Overlays

PANES = {
    "land": {"zIndex": 150},
    "names": {"zIndex": 250},
    "backdrop": {"zIndex": 300},
    "img": {"zIndex": 420},
    "sharpimg": {"zIndex": 430},
    "clusters": {"zIndex": 450},
    "sharpclusters": {"zIndex": 455},
    "secondimg": {"zIndex": 456},
    "secondclusters": {"zIndex": 457},
    "extra": {"zIndex": 458},
    "aoi": {"zIndex": 460},
}
"""Drawing order of our own layers; tiles are at 200, what is being drawn is above all (style/map.css)."""

LIGHT, SATELLITE, NONE = "Light map", "Satellite", "No map"
_TILES = {LIGHT: leaflet.basemaps.OpenStreetMap.Mapnik, SATELLITE: leaflet.basemaps.Esri.WorldImagery}
"""Sources that ask for no key; style/map.css makes the first one light."""

SAME_PLACE = 0.05
"""Boxes whose corners differ by at most this share of their sides are of the same piece of land."""

LatLon = tuple[float, float]
Ring = Sequence[LatLon]
Shape = Sequence[Sequence[Ring]]
"""Polygons, each its outer ring and its holes."""


class Base:
    """The base map: continents, tiles from outside, or a catalogue's picture of its own land."""

    names = (LIGHT, SATELLITE, NONE)

    def __init__(self) -> None:
        self._continents = leaflet.Polygon(
            locations=world.land(),
            color="#b9c3c9",
            weight=1,
            fill_color="#f4f3ee",
            fill_opacity=1,
            pane="land",
        )
        self._borders = leaflet.Polyline(
            locations=world.borders(), color="#b9c3c9", weight=1, fill=False, pane="land"
        )
        self._tiles: dict[str, leaflet.TileLayer] = {}
        self._chosen = LIGHT
        self._backdrop: leaflet.ImageOverlay | None = None

    @property
    def layers(self) -> list[leaflet.Layer]:
        """The layers, lowest first."""
        backdrop = [self._backdrop] if self._backdrop is not None and self._chosen != NONE else []
        return [self._continents, self._borders, *self._chosen_tiles(), *backdrop]

    def choose(self, name: str) -> None:
        """Take another base map."""
        self._chosen = name

    def set_backdrop(self, overlay: Overlay | None) -> None:
        """Lay a picture of the land over the tiles, or take it away."""
        if self._backdrop is not None:
            self._backdrop.close()
        self._backdrop = None
        if overlay is not None:
            self._backdrop = picture(overlay, 0, pane="backdrop")

    def _chosen_tiles(self) -> list[leaflet.TileLayer]:
        if self._chosen == NONE:
            return []
        if self._chosen not in self._tiles:
            self._tiles[self._chosen] = leaflet.basemap_to_tiles(_TILES[self._chosen])
        return [self._tiles[self._chosen]]


class Outline:
    """A line around an area: dark on a white edge, visible on any ground."""

    def __init__(self) -> None:
        self.layers: tuple[leaflet.Polygon, ...] = ()

    def draw(self, shape: Shape | None, *, dashed: bool = False, filled: bool = False) -> None:
        """Show the line around polygons, or no line."""
        if shape is None:
            self.layers = ()
            return
        if not self.layers:
            self.layers = (
                leaflet.Polygon(color="#ffffff", weight=5, opacity=0.95, fill=False, pane="aoi"),
                leaflet.Polygon(
                    color="#14212b", weight=2, opacity=1, fill_opacity=0.08, fill=False, pane="aoi"
                ),
            )
        dark = self.layers[1]
        dark.dash_array = "8 6" if dashed else None
        dark.fill = filled
        for line in self.layers:
            line.locations = [[[list(point) for point in ring] for ring in polygon] for polygon in shape]


class Pictures:
    """The true-colour and false-colour image of a result and one picture per cluster.

    Parameters
    ----------
    prefix : str
        Before the names of the panes they lie in.
    """

    def __init__(self, prefix: str = "") -> None:
        self._images, self._masks = f"{prefix}img", f"{prefix}clusters"
        self.true_colour: leaflet.ImageOverlay | None = None
        self.false_colour: leaflet.ImageOverlay | None = None
        self.clusters: tuple[leaflet.ImageOverlay, ...] = ()
        self._overlays: Overlays | None = None

    @property
    def layers(self) -> list[leaflet.ImageOverlay]:
        """The pictures, lowest first."""
        images = [image for image in (self.true_colour, self.false_colour) if image is not None]
        return [*images, *self.clusters]

    def replace(self, overlays: Overlays, shift: float, credit: str) -> list[leaflet.ImageOverlay]:
        """Take the pictures of a result; return the layers that are not needed any more, for closing.

        Pictures of the same piece of land go into the layers there are: the browser then shows the old one
        until it has the new one.
        """
        old, self._overlays = self.layers, overlays
        self.true_colour, self.false_colour = (
            _renewed(layer, overlay, shift, self._images, credit)
            for layer, overlay in (
                (self.true_colour, overlays.true_colour),
                (self.false_colour, overlays.false_colour),
            )
        )
        layers = (
            self.clusters if len(self.clusters) == len(overlays.clusters) else [None] * len(overlays.clusters)
        )
        self.clusters = tuple(
            _renewed(layer, overlay, shift, self._masks)
            for layer, overlay in zip(layers, overlays.clusters, strict=True)
        )
        kept = {id(layer) for layer in self.layers}
        return [layer for layer in old if id(layer) not in kept]

    def choose_false_colour(self, *, swir: bool) -> None:
        """Show false colour in shortwave infrared where that was read, else in near infrared."""
        if self.false_colour is not None and self._overlays is not None:
            chosen = self._overlays.swir if swir else None
            self.false_colour.url = (chosen or self._overlays.false_colour).url

    def clear(self) -> list[leaflet.ImageOverlay]:
        """Take all pictures away; return their layers, for closing."""
        old = self.layers
        self.true_colour = self.false_colour = None
        self.clusters = ()
        return old


def picture(overlay: Overlay, shift: float, *, pane: str, attribution: str = "") -> leaflet.ImageOverlay:
    """Return an image layer, its longitudes shifted to the world copy the map looks at."""
    return leaflet.ImageOverlay(
        url=overlay.url, bounds=_shifted(overlay, shift), pane=pane, attribution=attribution
    )


def pixel_mark(latitude: float, longitude: float) -> tuple[leaflet.CircleMarker, ...]:
    """Return a ring around a pixel: dark on white, visible on any ground."""
    place, common = (latitude, longitude), {"radius": 7, "fill": False, "pane": "aoi"}
    return (
        leaflet.CircleMarker(location=place, color="#ffffff", weight=5, opacity=0.95, **common),
        leaflet.CircleMarker(location=place, color="#14212b", weight=2, opacity=1, **common),
    )


def footprints(collection: Mapping[str, Any], shift: float) -> tuple[leaflet.Polygon, ...]:
    """Return the outlines of images from a GeoJSON FeatureCollection."""
    rings = []
    for feature in collection["features"]:
        geometry = feature["geometry"]
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings += [[(y, x + shift) for x, y, *_ in part[0]] for part in parts]
    return tuple(
        leaflet.Polygon(locations=ring, color="#1558b0", weight=2, dash_array="6 4", fill=False, pane="aoi")
        for ring in rings
    )


def _shifted(overlay: Overlay, shift: float) -> tuple[LatLon, LatLon]:
    (south, west), (north, east) = overlay.bounds
    return ((south, west + shift), (north, east + shift))


def _renewed(
    layer: leaflet.ImageOverlay | None, overlay: Overlay, shift: float, pane: str, credit: str = ""
) -> leaflet.ImageOverlay:
    """Return a layer with a picture: the one there is if that lies in the same place."""
    bounds = _shifted(overlay, shift)
    if layer is None or not _same_place(layer.bounds, bounds):
        return picture(overlay, shift, pane=pane, attribution=credit)
    with layer.hold_sync():
        layer.url, layer.bounds, layer.attribution = overlay.url, bounds, credit
    return layer


def _same_place(one: Sequence[LatLon], other: Sequence[LatLon]) -> bool:
    """Return whether two boxes differ by little: a preview's pixels reach a little farther."""
    sides = [abs(other[1][i] - other[0][i]) for i in (0, 1)]
    return all(abs(one[j][i] - other[j][i]) <= SAME_PLACE * sides[i] for i in (0, 1) for j in (0, 1))
