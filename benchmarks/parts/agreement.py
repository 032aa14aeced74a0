"""What more bands and more dates are worth: clusters against the demo's truth and maps of real land."""

from __future__ import annotations

from functools import partial

from benchmarks import year
from benchmarks.measure import spread
from benchmarks.parts import Found, Part
from benchmarks.settings import Settings
from benchmarks.tables import Target, at_least, table

LEAST_GAIN = 8
"""Points by which the year in periods has to beat the demo's best single day."""
WORDS = """\
“Right”: pixels whose cluster has the right class when every cluster is called after the class that most \
of it is. “Adjusted Rand”: 0 by chance, 1 the same groups. “Area wrong”: share of the area that would have \
to change its class for all hectares to be true. Only the demo has a truth; the maps of the real series are \
models' products themselves, and that of Jutland has one class where the image has many: nothing agrees. \
`python -m benchmarks.year` prints the same."""


def measure(settings: Settings) -> Found:
    """Group every land in every way."""
    return {
        "tables": [
            {"title": title, "cells": [year.cells(row) for row in rows]}
            for title, rows in year.tables(settings.agreement_km, settings.agreement_days)
        ]
    }


def gain(found: Found) -> float:
    """Return by how many points of pixels right 4 periods beat the best single day of the demo."""
    right = {row[0]: float(row[1].split()[0]) for row in found["tables"][0]["cells"]}
    return right["4 periods"] - spread(value for day, value in right.items() if day[:2] == "20").most


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demand of issue 12 on the demo; at toy size its land is too small to tell."""
    if settings.agreement_km < year.SIDE_KM:
        return []
    return [at_least("12 a year, demo", LEAST_GAIN, partial(gain, found), "points over the best day")]


def section(found: Found, settings: Settings) -> str:
    """Return the tables."""
    told = [f"{one['title']}:\n\n{table(year.HEAD, one['cells'])}" for one in found["tables"]]
    return "\n\n".join((WORDS, *told))


PART = Part("Agreement: more bands, more dates", measure, targets, section)
