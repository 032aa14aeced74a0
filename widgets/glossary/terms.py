"""The words of the page, explained once: for its question marks and for docs/glossary.md.

After a change, ``python -m tools.glossary`` writes the document anew.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word and what it means, both as plain text."""

    title: str
    text: str


TERMS: dict[str, Term] = {
    "acquisition": Term(
        "Acquisition", "What one satellite saw of an area in one pass: one day, one or more tiles."
    ),
    "agreement": Term(
        "Agreement",
        "How much of the land another map calls the same. Both maps can be wrong in the same place, so it is "
        "not accuracy.",
    ),
    "area": Term("Area", "The piece of land you chose."),
    "band": Term(
        "Band",
        "One colour that the satellite measures, visible or not. Blue, green, red and near infrared have "
        "pixels of 10 m, the others of 20 m or 60 m.",
    ),
    "border": Term(
        "Border of a cluster",
        "A pixel is on it when the centre of another cluster is nearly as near as that of its own: a little "
        "haze or shade would put it there.",
    ),
    "calinski": Term(
        "Calinski-Harabasz",
        "How far apart the clusters lie, measured by how wide they are. Higher is better; for land that "
        "changes gradually, few clusters win too easily.",
    ),
    "change": Term(
        "Change",
        "Land that is in another cluster on the second date: other land cover, or the same in another "
        "season, light or wetness. Only a look at the land tells which.",
    ),
    "class": Term("Class", "What you make of clusters by naming and merging them."),
    "clear": Term(
        "Clear",
        "The share of your area that the image shows without cloud, cloud shadow or holes. Only clear "
        "pixels are put into clusters.",
    ),
    "cloud": Term(
        "Cloud cover",
        "In the form: percent of the whole image tile (110 km), as the catalogue tells it. Your area can "
        "be clear in a cloudy tile, and the other way round. In Scenes: percent of your area.",
    ),
    "cluster": Term(
        "Cluster",
        "A group of pixels that look alike to the satellite. Nobody told it what forest is: its name is a "
        "guess from its average spectrum.",
    ),
    "composite": Term(
        "Composite",
        "One image made of several days: the median of each pixel’s clear looks. “Cloud-free” makes one, "
        "“Through the year” one a period.",
    ),
    "features": Term(
        "Features",
        "The values of each pixel that are compared: reflectance in some bands, or indices such as NDVI.",
    ),
    "from-to": Term(
        "From-to",
        "Hectares by what they were and what they became: rows are the first date, columns the second. What "
        "stayed is on the diagonal.",
    ),
    "hectare": Term(
        "Hectare (ha)",
        "100 m by 100 m: 100 pixels of 10 m. A football pitch is about 0.7 ha; 100 ha are one square "
        "kilometre.",
    ),
    "index": Term(
        "Index", "One number made of several bands that shows one thing well, as NDVI shows green leaves."
    ),
    "interval": Term(
        "Interval",
        "How far chance may carry an estimate from the truth: of 100 such samples, about 95 have an interval "
        "that holds it. More points make it narrower.",
    ),
    "k-means": Term(
        "k-means",
        "The method that makes the clusters. k is their number, and you choose it: each pixel goes to the "
        "nearest of k means, and the means move until nothing changes.",
    ),
    "masked": Term(
        "Masked",
        "Left out because the image’s own classification says cloud, shadow or no data. Masked land is the "
        "grey row, not a cluster.",
    ),
    "mapping-unit": Term(
        "Minimum mapping unit",
        "The smallest piece that a map shows. Smaller ones are given to the largest neighbour, which changes "
        "hectares a little.",
    ),
    "model": Term(
        "Model",
        "All that labels a pixel: means, scales, features and names. It can label another place or date.",
    ),
    "ndvi": Term(
        "NDVI",
        "(near infrared − red) / (near infrared + red), a measure of green leaves: below 0 for water, "
        "about 0.1 for bare soil, 0.3 to 0.6 for grass and crops, above 0.7 for dense leaves.",
    ),
    "opacity": Term(
        "Opacity",
        "How much of the image the clusters hide. At 0 % only the image is seen, at 100 % only the clusters.",
    ),
    "overall": Term(
        "Overall accuracy",
        "The share of the clear area that is what its name says, estimated from points that a person has "
        "looked at. The image alone cannot tell it.",
    ),
    "pixel": Term(
        "Pixel",
        "The smallest square of an image, here 10 m by 10 m of land. A house, a hedge and a lawn may share "
        "one.",
    ),
    "preview": Term("Preview", "A first look at coarse pixels, until the result is there."),
    "reflectance": Term(
        "Reflectance",
        "The share of sunlight that a surface sends back: 0 is none, 1 is all (snow may exceed it). Each "
        "surface sends back some colours more than others; the curve over all bands is its spectrum.",
    ),
    "scatter": Term(
        "Scatter (inertia)",
        "The squared distances of the pixels to the centres of their clusters, added up. It always falls "
        "with more clusters.",
    ),
    "scene": Term("Scene", "One Sentinel-2 image of one tile and time."),
    "season": Term(
        "Season",
        "Plants look different through the year (phenology): a harvested field is bare soil to the "
        "satellite. To see other change, compare the same weeks of two years.",
    ),
    "stability": Term(
        "Stability",
        "How many pixels stay in their cluster when the grouping is repeated on other samples of the same "
        "image. A stable cluster can still have the wrong name.",
    ),
    "stac": Term("STAC", "The way catalogues of images are searched."),
    "tile": Term("Tile", "The square of 110 km in which images are delivered, such as 32TPS."),
}
"""In the order of their titles."""

INTRODUCTION = (
    "For people who use the page, where a small question mark tells the same. "
    "The words of the code are in [Architecture](architecture.md#words)."
)


def as_markdown() -> str:
    """Return the terms as the text of docs/glossary.md."""
    entries = (f"{term.title}\n: {term.text}\n" for term in TERMS.values())
    return "\n".join(["# Glossary\n", f"{INTRODUCTION}\n", *entries])
