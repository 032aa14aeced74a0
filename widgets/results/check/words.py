"""What *Check it* says: sentences and the table of an estimate, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from pipeline.text import about_hectares, hectares

if TYPE_CHECKING:
    from pipeline.accuracy import Checked, CheckedChange, SamplingDesign
    from pipeline.accuracy.drawing import Of
    from pipeline.clustering.surface_types import Suggestion

WHY = (
    "Counted hectares carry every mistake of the map. Say what covers some pixels drawn at random, without "
    "seeing the clusters, and every hectare gets a margin of error."
)
WHY_CHANGE = (
    "Counted change carries the mistakes of both maps. Say what some pixels were and became, without seeing "
    "the clusters, and the hectares of change get a margin of error."
)
FIRST = "Points are drawn in the classes of Areas. If two of them mean the same, merge them there first."
ALIKE = "On a picture {names} can hardly be told apart: merge them in Areas first."
PREVIEW = "This is a preview. Points can be drawn when the full image is there."
OTHER_MAP = "The map has changed: the points belong to the one before. They come back with it."
LEGEND = (
    "User’s accuracy: of the land that the map gives a name, the part that is it. "
    "Producer’s: of the land that is it, the part that the map shows."
)


def first(suggestions: Sequence[Suggestion]) -> str:
    """Return advice on the classes before points are drawn: those of one kind are better merged."""
    kinds: dict[str, list[str]] = {}
    for suggestion in suggestions:
        names = kinds.setdefault(suggestion.kind, [])
        names += [suggestion.name] if suggestion.name not in names else []
    alike = next((names for names in kinds.values() if len(names) > 1), None)
    if alike is None:
        return f"<p class='eo-muted'>{FIRST}</p>"
    quoted = " and ".join(f"“{name}”" for name in alike[:2])
    return f"<p class='eo-check-notes'>{escape(ALIKE.format(names=quoted))}</p>"


def proposal(points: int, strata: int, minutes: int, of: Of = "classes") -> str:
    """Return what a sample is good for, and how much work it is."""
    why, parts = (
        (WHY, "classes") if of == "classes" else (WHY_CHANGE, "kinds of change and of land that stayed")
    )
    return (
        f"<p>{why}</p><p><b>{points:,} points in {strata} {parts}, {time_words(minutes)}.</b> "
        "Pause whenever you like: this browser keeps your labels.</p>"
    )


def progress(design: SamplingDesign) -> str:
    """Return how far a sample is labelled."""
    total, done = len(design.drawn), len(design.labels)
    unsure = sum(name is None for name in design.labels.values())
    doubt = f", {unsure} of them unsure" if unsure else ""
    if not done:
        return f"<p><b>{total:,} points are drawn.</b> Labelling takes {time_words(design.minutes)}.</p>"
    if done == total:
        return f"<p><b>All {total:,} points are labelled</b>{doubt}.</p>"
    left = time_words(design.minutes_left)
    return f"<p><b>{done:,} of {total:,} points are labelled</b>{doubt}; the others take {left}.</p>"


def time_words(minutes: int) -> str:
    """Return minutes as roughly as they are known."""
    return f"about {minutes} minute{'' if minutes == 1 else 's'}"


def estimate_table(checked: Checked) -> str:
    """Return the estimate in words: overall accuracy, hectares with intervals, accuracies of each class."""
    estimate = checked.estimate
    rows = []
    for name in map(str, estimate.areas.index):
        row = checked.figures(name)
        cells = (
            _ha(row["mapped_ha"]),
            f"<b>{_about(row['hectares'])}</b><small>{interval(row['low_ha'], row['high_ha'])}</small>",
            _share(row["users_accuracy"], row["users_accuracy_low"], row["users_accuracy_high"]),
            _share(row["producers_accuracy"], row["producers_accuracy_low"], row["producers_accuracy_high"]),
        )
        rows.append(f"<tr><td>{escape(name)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    heads = ("Class", "Mapped ha", "Estimated ha", "User’s", "Producer’s")
    head = "".join(f"<th scope='col'>{title}</th>" for title in heads)
    notes = "".join(f"<p>{escape(note)}</p>" for note in estimate.notes)
    return (
        f"<p class='eo-check-sentence'>{escape(checked.sentence())}</p>"
        f"<table class='eo-table eo-estimate'><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
        f"{f'<div class=eo-check-notes>{notes}</div>' if notes else ''}"
        f"<p class='eo-muted'>Of 100 such samples, about {100 * estimate.level:g} have intervals that hold "
        f"the truth. {LEGEND}</p>"
        f"<details class='eo-check-source'><summary>Method and source</summary>"
        f"<p class='eo-muted'>{escape(estimate.sentence())}</p></details>"
    )


def change_table(checked: CheckedChange) -> str:
    """Return the estimate of change in words: all of it, and hectares with intervals of each kind."""
    table = checked.estimate.areas
    rows = "".join(
        f"<tr><td>{escape(str(name))}</td><td>{_ha(row['mapped_ha'])}</td><td><b>{_about(row['hectares'])}</b>"
        f"<small>{interval(row['low_ha'], row['high_ha'])}</small></td></tr>"
        for name, row in zip(table.index, table.to_dict("records"), strict=True)
    )
    head = "".join(f"<th scope='col'>{title}</th>" for title in ("Change", "Mapped ha", "Estimated ha"))
    notes = "".join(f"<p>{escape(note)}</p>" for note in checked.estimate.notes)
    return (
        f"<p class='eo-check-sentence'>{escape(checked.sentence())}</p>"
        f"<table class='eo-table eo-estimate'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"{f'<div class=eo-check-notes>{notes}</div>' if notes else ''}"
        f"<details class='eo-check-source'><summary>Method and source</summary>"
        f"<p class='eo-muted'>{escape(checked.estimate.sentence())}</p></details>"
    )


def interval(low: float, high: float) -> str:
    """Return an interval in brackets: ``(2,330–2,970)``; empty where there is none."""
    return "" if low != low else f"({about_hectares(low)}–{about_hectares(high)})"


def _ha(value: float) -> str:
    return "–" if value != value else hectares(value)


def _about(value: float) -> str:
    return "–" if value != value else about_hectares(value)


def _share(value: float, low: float, high: float) -> str:
    if value != value:
        return "–"
    ends = "" if low != low else f"<small>({100 * low:.0f}–{100 * high:.0f})</small>"
    return f"<b>{100 * value:.0f} %</b>{ends}"
