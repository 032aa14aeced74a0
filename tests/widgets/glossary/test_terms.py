"""The words of the page and of the documents are the same, and each mark explains words that there are."""

from pathlib import Path

from widgets.dashboard import Dashboard
from widgets.glossary.how_to_read import PARAGRAPHS, HowToRead
from widgets.glossary.questions import PLACES, Questions
from widgets.glossary.terms import TERMS, as_markdown


def test_the_document_says_what_the_page_says(repository: Path) -> None:
    """After a change of the terms: python -m tools.glossary."""
    assert (repository / "docs" / "glossary.md").read_text("utf-8") == as_markdown()


def test_the_words_that_newcomers_ask_for_are_there_in_order() -> None:
    titles = [term.title for term in TERMS.values()]
    assert titles == sorted(titles, key=str.lower)
    asked = ("Cluster", "NDVI", "Cloud cover", "Reflectance", "Opacity", "Hectare (ha)", "k-means")
    for word in (*asked, "Stability", "Agreement", "Interval", "Change", "From-to", "Season"):
        assert word in titles
    assert all(term.text.endswith((".", ")")) and len(term.text) < 260 for term in TERMS.values())


def test_every_mark_explains_something() -> None:
    sent = Questions()
    assert len(sent.places) == len(PLACES) == len({selector for selector, _ in PLACES})
    for _, keys in PLACES:
        assert keys
        assert set(keys) <= set(sent.terms)
    assert sent.terms["ndvi"] == [TERMS["ndvi"].title, TERMS["ndvi"].text]


def test_the_page_has_one_of_them() -> None:
    unseen = Dashboard().children[-1]
    assert [isinstance(child, Questions) for child in unseen.children].count(True) == 1


def test_how_to_read_names_what_clusters_cannot_know() -> None:
    text = " ".join(" ".join(paragraph) for paragraph in PARAGRAPHS)
    for example in ("vineyard", "orchard", "greenhouse"):
        assert example in text
    assert HowToRead().paragraphs == [list(paragraph) for paragraph in PARAGRAPHS]
