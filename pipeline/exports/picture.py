"""The map as a picture for slides and print: clusters over the image, legend, scale, north, credit."""

from __future__ import annotations

import io
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from pipeline.exports.formats import Format
from pipeline.exports.map_figure import nice_below, pasted
from pipeline.exports.provenance import credit, names_are
from pipeline.text import hectares, percent

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from pipeline.result import Analysis

MAP_PX = 900
"""Longer side of the map at 1x."""
LEGEND_PX, EDGE_PX, ROW_PX = 460, 24, 40
SMALLEST = 12
"""Letters of a long name."""
INK, MUTED, PAPER = "#14212b", "#51606d", "#ffffff"
FONTS = ("DejaVuSans.ttf", "Arial.ttf", "LiberationSans-Regular.ttf")
"""Know more letters than the one that Pillow brings along; the first that is installed is taken."""
NOTE_CHARACTERS = 62
"""Of a line below the legend."""


def picture_png(analysis: Analysis, scale: int = 1) -> bytes:
    """Return the map with its legend as a PNG.

    Parameters
    ----------
    analysis : Analysis
        What to draw, as it is shown now.
    scale : int
        1 for slides, 2 for print: all lengths times so much.
    """
    from PIL import Image, ImageDraw

    covered, metres = pasted(analysis.overlays.true_colour, analysis.overlays.clusters)
    factor = scale * MAP_PX / max(covered.size)
    width, height = (max(1, round(n * factor)) for n in covered.size)
    land = covered.resize((width, height), Image.Resampling.NEAREST if factor > 1 else Image.Resampling.BOX)
    edge = EDGE_PX * scale
    legend_height = (len(analysis.areas) + 1) * ROW_PX * scale + 110 * scale
    size = (width + LEGEND_PX * scale + 3 * edge, max(height, legend_height) + 2 * edge + 40 * scale)
    paper = Image.new("RGB", size, PAPER)
    paper.paste(land, (edge, edge))
    pen = Pen(ImageDraw.Draw(paper), scale)
    _scale_bar(pen, edge, edge + height, width, metres / width)
    _north(pen, edge + width, edge)
    _legend(pen, analysis, width + 2 * edge, edge)
    pen.write((edge, size[1] - edge - 14 * scale), credit(analysis), 14, MUTED, size[0] - 2 * edge)
    buffer = io.BytesIO()
    paper.save(buffer, "PNG", dpi=(96 * scale, 96 * scale), optimize=True)
    return buffer.getvalue()


@dataclass(frozen=True)
class Pen:
    """Draws at a scale: sizes of letters are those at 1x, places are pixels of the paper."""

    draw: ImageDraw
    scale: int

    def write(
        self, place: tuple[float, float], text: str, size: int, color: str, most_px: float, anchor: str = "ls"
    ) -> None:
        """Write a line; what is longer than `most_px` gets smaller letters, and ends in dots after that."""
        font = _font(size * self.scale)
        while size > SMALLEST and self.draw.textlength(text, font=font) > most_px:
            size -= 1
            font = _font(size * self.scale)
        while len(text) > 1 and self.draw.textlength(text, font=font) > most_px:
            text = text.rstrip("…")[:-1].rstrip() + "…"
        self.draw.text(place, text, fill=color, font=font, anchor=anchor)


def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _scale_bar(pen: Pen, left: int, bottom: int, width: int, metres_per_px: float) -> None:
    """Draw a bar of a round length into the lower left corner of the map."""
    scale = pen.scale
    length_m = nice_below(0.3 * width * metres_per_px)
    bar, words = (
        length_m / metres_per_px,
        f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m",
    )
    x, y = left + 22 * scale, bottom - 24 * scale
    box = (x - 10 * scale, y - 28 * scale, x + bar + 10 * scale, y + 10 * scale)
    pen.draw.rounded_rectangle(box, 5 * scale, PAPER)
    corners = [(x, y - 7 * scale), (x, y), (x + bar, y), (x + bar, y - 7 * scale)]
    pen.draw.line(corners, INK, 2 * scale)
    pen.write((x + bar / 2, y - 8 * scale), words, 14, INK, bar + 20 * scale, "ms")


def _north(pen: Pen, right: int, top: int) -> None:
    """Draw an arrow to the north into the upper right corner of the map."""
    scale = pen.scale
    x, y = right - 30 * scale, top + 16 * scale
    pen.draw.rounded_rectangle((x - 16 * scale, y, x + 16 * scale, y + 54 * scale), 5 * scale, PAPER)
    tip = [(0, 6), (9, 30), (0, 24), (-9, 30)]
    pen.draw.polygon([(x + dx * scale, y + dy * scale) for dx, dy in tip], INK)
    pen.write((x, y + 49 * scale), "N", 15, INK, 40 * scale, "ms")


def _legend(pen: Pen, analysis: Analysis, left: int, top: int) -> None:
    """Write title and a row a class: its number on its colour, name, hectares, share."""
    scale = pen.scale
    right = left + LEGEND_PX * scale
    title = f"Land cover, {analysis.period_words}"
    pen.write((left, top + 24 * scale), title, 24, INK, LEGEND_PX * scale)
    total = f"{hectares(float(analysis.areas['hectares'].sum()))} ha, {percent(analysis.clear_share)} clear"
    pen.write((left, top + 52 * scale), total, 15, MUTED, LEGEND_PX * scale)
    y = top + 92 * scale
    for number, row in [*analysis.areas.iloc[1:].iterrows(), *analysis.areas.iloc[:1].iterrows()]:
        color = str(row["color"])
        chip = (left, y - 20 * scale, left + 28 * scale, y + 6 * scale)
        pen.draw.rounded_rectangle(chip, 4 * scale, color, INK, scale)
        pen.write(
            (left + 14 * scale, y), str(number) if number != 0 else "–", 15, ink_on(color), 28 * scale, "ms"
        )
        pen.write((left + 38 * scale, y), str(row["name"]), 17, INK, (LEGEND_PX - 218) * scale)
        figure = f"{hectares(float(row['hectares']))} ha"
        pen.write((right - 66 * scale, y), figure, 17, INK, 120 * scale, "rs")
        pen.write((right, y), percent(float(row["share"])), 15, MUTED, 64 * scale, "rs")
        y += ROW_PX * scale
    for line in wrap(f"Names are {names_are(analysis)}.", NOTE_CHARACTERS):
        pen.write((left, y), line, 13, MUTED, LEGEND_PX * scale)
        y += 17 * scale


def ink_on(color: str) -> str:
    """Return the colour of letters that can be read on a colour."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return PAPER if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK


FORMAT = Format(
    48,
    "picture",
    "Map picture",
    "_map.png",
    "image/png",
    "Map with legend and scale, for slides",
    picture_png,
)
