"""The address under which somebody else finds what a visitor sees: the script alone, in a bare page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser


@pytest.mark.parametrize(
    ("link", "hub", "launch", "expected"),
    [
        ("http://a/voila?k=4", "", "", "http://a/voila?k=4"),
        (
            "http://a/user/ada/voila/render/dashboard.ipynb?k=4&lat=1",
            "/user/ada/",
            "",
            "http://a/hub/user-redirect/voila/render/dashboard.ipynb?k=4&lat=1",
        ),
        (
            "http://a/base/user/ada/voila?k=4",
            "/base/user/ada/",
            "",
            "http://a/base/hub/user-redirect/voila?k=4",
        ),
        (
            "http://a/user/x/voila/render/dashboard.ipynb?k=4&lat=1",
            "/user/x/",
            "http://b/v2/gh/o/r/abc",
            "http://b/v2/gh/o/r/abc?urlpath=voila%2Frender%2Fdashboard.ipynb%3Fk%3D4%26lat%3D1",
        ),
    ],
)
def test_a_link_for_others(
    browser: Browser, repository: Path, link: str, hub: str, launch: str, expected: str
) -> None:
    page = browser.new_page()
    page.add_script_tag(content=(repository / "widgets/page/shared_link.js").read_text("utf-8"))
    assert (
        page.evaluate("([link, hub, launch]) => shared(link, hub, launch)", [link, hub, launch]) == expected
    )
    page.close()
