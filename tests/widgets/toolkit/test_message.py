"""Sentences of the page as HTML."""

from widgets.toolkit.message import bold_first_sentence


def test_text_from_outside_is_escaped() -> None:
    assert bold_first_sentence("Bad <b>. More & more.") == "<b>Bad &lt;b&gt;.</b> More &amp; more."
    assert bold_first_sentence("One sentence.") == "<b>One sentence.</b>"
    assert bold_first_sentence("Too large: 25 km. Use less.") == "<b>Too large:</b> 25 km. Use less."
