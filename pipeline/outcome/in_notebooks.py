"""What a result does for people who work in notebooks and scripts: show itself, be saved, be loaded."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import NoReturn, Self

from pipeline.outcome.values import Outcome


@dataclass(frozen=True, repr=False)
class InNotebooks(Outcome):
    """An outcome that shows and keeps itself."""

    def __repr__(self) -> str:
        from pipeline.outcome.card import line

        return line(self)

    def _repr_html_(self) -> str:
        from pipeline.outcome.card import card

        return card(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "An Analysis cannot be pickled: its pixels may lie in temporary files or on workers. "
            "Write it with analysis.save(path) and read it with Analysis.load(path)."
        )

    def __copy__(self) -> Self:
        return self  # nothing of it ever changes

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def save(self, path: str | PathLike[str]) -> None:
        """Write all of it into one file, pixels included (pipeline.outcome.saving); no pickle.

        Raises
        ------
        FileRefused
            When the file cannot be written.
        """
        from pipeline.outcome.saving import save

        save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the analysis that `save` wrote: equal labels, hectares and files; no catalogue is asked.

        Raises
        ------
        InvalidRequest
            For a file that is missing, damaged, or something else.
        """
        from pipeline.outcome.saving import load

        return load(path, cls)
