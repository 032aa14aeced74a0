"""A result with a cluster split in two, or with water as a separate class: nothing is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.checks import quoted
from pipeline.clustering.refinements import Refinement, Split, WaterApart
from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Class, Classes, classes_of
from pipeline.progress import IsCancelled, Progress

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.clustering.surface_types import Suggestion
    from pipeline.result import Analysis

MOST_CLASSES = 15
"""More colours cannot be told apart, and more values do not fit into the GeoTIFF's palette."""


def split(analysis: Analysis, number: int, cancelled: IsCancelled | None = None) -> Analysis:
    """Return the analysis with one of its classes split into two by 2-means of its own pixels.

    Distances are those of the model; the halves are ordered as all clusters are. Names that a person gave to
    other classes stay; a sieve is undone.

    Parameters
    ----------
    analysis : Analysis
        The result.
    number : int
        The class as it is shown, from 1; made of a single cluster.

    Raises
    ------
    InvalidRequest
        For a number that no class has, a merged class, or one with too few different pixels.
    Cancelled
        When cancelled.
    """
    from pipeline.clustering.kmeans import two_centres
    from pipeline.clustering.naming import labels_of

    cluster = _cluster_of(analysis, number)
    model = analysis.model
    features = analysis.sample_features
    here = labels_of(model, analysis.sample.reflectance, analysis.pixels.bands) == cluster
    progress = Progress(cancelled=cancelled)
    centres = two_centres(features[here], np.array(model.scale), model.seed, progress)
    if centres is None:
        name = analysis.suggestions[number - 1].name
        raise InvalidRequest(f"“{name}” cannot be split: it has too few different pixels.")
    first, second = (tuple(float(v) for v in centre) for centre in centres)
    return _refined(analysis, Split(cluster, (first, second)), cluster, progress)


def water_apart(analysis: Analysis, cancelled: IsCancelled | None = None) -> Analysis:
    """Return the analysis with open water as a separate class, by a rule for every pixel (NDWI).

    Raises
    ------
    InvalidRequest
        When water is apart already.
    Cancelled
        When cancelled.
    """
    if any(isinstance(r, WaterApart) for r in analysis.model.refinements):
        raise InvalidRequest("Water is a class of its own already.")
    progress = Progress(cancelled=cancelled)
    return _refined(analysis, WaterApart(), analysis.model.n_clusters, progress)


def repeated(analysis: Analysis, words: str, cancelled: IsCancelled | None = None) -> Analysis:
    """Return the analysis after the refinements in a link: ``s2.w`` splits class 2, sets water apart.

    Raises
    ------
    InvalidRequest
        For a step that cannot be made here.
    """
    for word in words.split(".") if words else ():
        if word == "w":
            analysis = water_apart(analysis, cancelled)
        elif word[:1] == "s" and word[1:].isdigit():
            analysis = split(analysis, int(word[1:]), cancelled)
        else:
            raise InvalidRequest(f"There is no step {quoted(word)}.")
    return analysis


def _cluster_of(analysis: Analysis, number: int) -> int:
    if number not in range(1, len(analysis.suggestions) + 1):
        raise InvalidRequest(f"There is no class {number}: the classes are 1 to {len(analysis.suggestions)}.")
    if analysis.edits is None:
        return number
    members = [m for m, n in enumerate(analysis.edits) if n == number]
    if len(members) > 1:
        raise merged_class()
    return members[0]


def merged_class() -> InvalidRequest:
    """Return the error of splitting a class that is made of several clusters."""
    return InvalidRequest("A merged class is split by undoing the merge.")


def _refined(analysis: Analysis, refinement: Refinement, after: int, progress: Progress) -> Analysis:
    """Return the analysis labelled again with a refinement; the new cluster is the one behind `after`."""
    if len(analysis.suggestions) >= MOST_CLASSES:
        raise InvalidRequest(f"There are {MOST_CLASSES} classes already, the most there can be.")
    before = analysis.model
    model = replace(before, refinements=(*before.refinements, refinement), classes="")
    made = analysis.regrouped(progress, model=model)
    made = replace(made, model_given=analysis.model_given, notes=analysis.notes)
    if analysis.edits is None:
        return made
    old = Classes.from_json(analysis.model.classes)
    kept = with_new_cluster(old, made.suggestions, after, is_split=isinstance(refinement, Split))
    kept = classes_of(kept.to_json(), made.suggestions)
    return made.with_classes(kept.lut(), kept.suggestions())


def with_new_cluster(old: Classes, fresh: Sequence[Suggestion], after: int, *, is_split: bool) -> Classes:
    """Return the classes of a person with one more cluster: behind the class it was split from, or last.

    Parameters
    ----------
    old : Classes
        The classes so far.
    fresh : sequence of Suggestion
        What is suggested for each cluster, the new one among them.
    after : int
        The cluster that was split; for water set apart, the last one.
    is_split : bool
        Whether that cluster was split.
    """

    def suggested(cluster: int) -> Class:
        s = fresh[cluster - 1]
        return Class(s.name, s.color, s.kind, s.reason, (cluster,))

    classes: list[Class] = []
    for kept in old:
        moved = replace(kept, members=tuple(m + (m > after) for m in kept.members))
        halved = is_split and kept.members == (after,)
        classes += [suggested(after), suggested(after + 1)] if halved else [moved]
    return Classes(tuple(classes if is_split else [*classes, suggested(after + 1)]))


def steps(model: ClusterModel) -> str:
    """Return the refinements of a model as they stand in a link."""
    return ".".join(refinement.word for refinement in model.refinements)
