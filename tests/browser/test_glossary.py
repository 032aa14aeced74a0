"""Words for newcomers: question marks by mouse, keyboard and finger; how to read a result, shown once."""

from playwright.sync_api import Locator, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import Open
from tests.browser.page import DashboardPage
from widgets.glossary.terms import TERMS


def test_question_marks_work_by_mouse_and_keyboard(dashboard: DashboardPage) -> None:
    page = dashboard.page
    card = page.locator(".eo-ask-card")
    mark = page.get_by_role("button", name="Explain: Cluster, k-means")
    mark.click()
    expect(card).to_contain_text(TERMS["cluster"].text)
    expect(card).to_contain_text(TERMS["k-means"].text)
    expect(card).to_have_attribute("role", "status")
    expect(mark).to_have_attribute("aria-expanded", "true")
    assert is_inside_the_window(card)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(card).to_be_empty()
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    expect(card).to_contain_text(TERMS["cluster"].text)
    page.keyboard.press("Tab")
    expect(card).to_be_empty()

    page.get_by_role("button", name="Explain: Cloud cover").click()
    expect(card).to_contain_text("110 km")
    dashboard.click_map()
    expect(card).to_be_empty()
    expect(dashboard.outline).to_have_count(0)  # that click closed the card and did nothing else

    dashboard.place_area()
    dashboard.calculate()
    page.get_by_role("button", name="Explain: Opacity").click()
    expect(card).to_contain_text(TERMS["opacity"].text)
    page.get_by_role("tab", name="Spectra").click()
    expect(card).to_be_empty()
    page.get_by_role("button", name="Explain: Reflectance, Band").click()
    expect(card).to_contain_text("The share of sunlight")


def test_how_to_read_this_is_shown_once_and_fingers_reach_the_marks(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila, size=(390, 844), touch=True).wait_until_ready()
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    card = page.get_by_role("region", name="How to read this")
    expect(card).to_contain_text("vineyard")
    page.get_by_role("button", name="Got it").tap()
    expect(card).to_have_count(0)
    mark = page.get_by_role("button", name="Explain: Hectare (ha)", exact=True)
    mark.tap()
    expect(page.locator(".eo-ask-card")).to_contain_text("100 pixels of 10 m")
    mark.tap()
    expect(page.locator(".eo-ask-card")).to_be_empty()

    page.reload()
    dashboard.wait_until_ready()
    expect(dashboard.main).to_be_enabled()
    dashboard.calculate()
    expect(page.locator(".eo-row").first).to_be_visible()
    expect(card).to_have_count(0)


def test_quality_and_change_explain_their_words_by_keyboard(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    page.get_by_role("tab", name="Quality").click()
    opened_by_key(dashboard, "Stability", "the grouping is repeated")
    opened_by_key(dashboard, "Agreement", "it is not accuracy")
    page.get_by_role("button", name="Show on the map").click()
    opened_by_key(dashboard, "Border of a cluster", "nearly as near")
    page.get_by_role("button", name="How sure is this?").click()
    for fold, (word, told) in {
        "Check it": ("Overall accuracy, Interval", "points that a person has looked at"),
        "How many clusters?": ("Calinski-Harabasz", "How far apart the clusters lie"),
        "Smallest patch": ("Minimum mapping unit", "The smallest piece"),
    }.items():
        page.get_by_role("button", name=fold, exact=True).click()
        opened_by_key(dashboard, word, told)
        page.get_by_role("button", name=fold, exact=True).click()
    page.get_by_role("tab", name="Change").click()
    opened_by_key(dashboard, "Change, Season", "phenology")
    assert violations(page) == []


def opened_by_key(dashboard: DashboardPage, words: str, told: str) -> None:
    """Open the card of a mark by Enter, and close it by Escape."""
    page, card = dashboard.page, dashboard.page.locator(".eo-ask-card")
    mark = page.get_by_role("button", name=f"Explain: {words}", exact=True)
    mark.focus()
    page.keyboard.press("Enter")
    expect(card).to_contain_text(told)
    assert is_inside_the_window(card)
    page.keyboard.press("Escape")
    expect(card).to_be_empty()
    expect(mark).to_be_focused()


def test_fingers_reach_the_words_of_quality_and_change(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila, size=(390, 844), touch=True).wait_until_ready()
    page, card = dashboard.page, dashboard.page.locator(".eo-ask-card")
    dashboard.place_area()
    dashboard.calculate()
    for tab, words in (("Quality", "Stability"), ("Change", "Change, Season")):
        page.get_by_role("tab", name=tab).tap()
        expect(page.locator("details[open]")).to_have_count(0)  # nothing came under the finger
        mark = page.get_by_role("button", name=f"Explain: {words}", exact=True)
        mark.tap()
        expect(card).to_contain_text(words.partition(",")[0])
        mark.tap()
        expect(card).to_be_empty()


def is_inside_the_window(card: Locator) -> bool:
    box, window = card.bounding_box(), card.page.viewport_size
    assert box is not None
    assert window is not None
    across = box["x"] >= 0 and box["x"] + box["width"] <= window["width"]
    return across and box["y"] >= 0 and box["y"] + box["height"] <= window["height"]
