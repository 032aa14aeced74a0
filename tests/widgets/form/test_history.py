"""An area that was lost by a click comes back, with all else as it is now."""

from datetime import date

from widgets.form.history import AreaHistory
from widgets.form.settings import Settings

HERE = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))
THERE = HERE.at(10, 20)


def test_the_area_before_comes_back_and_nothing_else() -> None:
    history = AreaHistory()
    history.changed(HERE, THERE)
    now = THERE.changed(n_clusters=9)
    history.changed(THERE, now)
    restored = history.restored(now)
    assert restored == HERE.changed(n_clusters=9)
    history.changed(now, restored)
    assert not history.can_undo, "bringing an area back is no change to be undone"
    assert history.restored(restored) == restored


def test_several_steps_go_back_one_by_one() -> None:
    history, third = AreaHistory(), THERE.changed(size_km=9.0)
    history.changed(HERE, THERE)
    history.changed(THERE, third)
    back = history.restored(third)
    history.changed(third, back)
    assert back == THERE
    assert history.restored(back) == HERE


def test_the_first_area_of_all_has_none_before_it() -> None:
    history = AreaHistory()
    history.changed(Settings(), HERE)
    history.changed(HERE.changed(latitude="95"), HERE)
    assert not history.can_undo
