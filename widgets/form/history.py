"""The areas that were in the form, so that one lost by a click can be brought back."""

from __future__ import annotations

from dataclasses import fields

from pipeline.errors import InvalidRequest
from widgets.form.settings import Settings

AREA_FIELDS = ("mode", "latitude", "longitude", "size_km", "drawn", "uploaded", "file_name")
MOST = 50


class AreaHistory:
    """Remembers the settings before each change of the area."""

    def __init__(self) -> None:
        self._before: list[Settings] = []
        self._restored: Settings | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there was another area before."""
        return bool(self._before)

    def changed(self, old: Settings, new: Settings) -> None:
        """Take note of a change of the form; one that brings an area back is none."""
        if new == self._restored or not _has_area(old) or _area_of(old) == _area_of(new):
            return
        self._restored = None
        self._before = [*self._before[-MOST + 1 :], old]

    def restored(self, now: Settings) -> Settings:
        """Return the settings with the area before; the other fields stay as they are."""
        if not self._before:
            return now
        self._restored = now.changed(**_area_of(self._before.pop()))
        return self._restored


def _area_of(settings: Settings) -> dict[str, object]:
    return {f.name: getattr(settings, f.name) for f in fields(settings) if f.name in AREA_FIELDS}


def _has_area(settings: Settings) -> bool:
    try:
        return settings.area() is not None
    except InvalidRequest:
        return False
