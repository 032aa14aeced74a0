"""What a result does for people who work in notebooks and scripts: show itself, be saved, be loaded."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, NoReturn, cast

if TYPE_CHECKING:
    from pipeline.result import Analysis


class InNotebooks:
    """The part of `Analysis` by which it shows and keeps itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        from pipeline.card import line

        return line(cast("Analysis", self))

    def _repr_html_(self) -> str:
        from pipeline.card import card

        return card(cast("Analysis", self))

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "An Analysis cannot be pickled: its pixels may lie in temporary files or on workers. "
            "Write it with analysis.save(path) and read it with Analysis.load(path)."
        )

    def __copy__(self) -> Analysis:
        return cast("Analysis", self)  # nothing of it ever changes

    def __deepcopy__(self, memo: object) -> Analysis:
        return cast("Analysis", self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write all of it into one file, pixels included (pipeline.saving); no pickle.

        Raises
        ------
        FileRefused
            When the file cannot be written.
        """
        from pipeline.saving import save

        save(cast("Analysis", self), path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Analysis:
        """Return the analysis that `save` wrote: equal labels, hectares and files; no catalogue is asked.

        Raises
        ------
        InvalidRequest
            For a file that is missing, damaged, or something else.
        """
        from pipeline.saving import load

        return load(path)
