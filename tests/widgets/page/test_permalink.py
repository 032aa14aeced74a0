"""Where a page is served, for links that others can open."""

import pytest

from widgets.page.permalink import where_served

BINDER = {"BINDER_LAUNCH_HOST": "https://binder.example/", "BINDER_PERSISTENT_REQUEST": "v2/gh/o/r/abc"}


@pytest.mark.parametrize(
    ("environment", "hub", "launch"),
    [
        ({}, "", ""),
        ({"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}, "/user/ada/", ""),
        (
            {"JUPYTERHUB_SERVICE_PREFIX": "/user/x/", **BINDER},
            "/user/x/",
            "https://binder.example/v2/gh/o/r/abc",
        ),
        ({"BINDER_LAUNCH_HOST": "https://binder.example/"}, "", ""),
    ],
)
def test_hub_and_binder_are_known_by_their_variables(
    environment: dict[str, str], hub: str, launch: str
) -> None:
    assert where_served(environment) == (hub, launch)
