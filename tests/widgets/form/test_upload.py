"""What a page, or somebody who only pretends to be one, can send as a file."""

from widgets.form.upload import Upload

PIECE = bytes(100)


def pieces(upload: Upload, count: int, of: int) -> None:
    for piece in range(count):
        upload.receive({"event": "piece", "piece": piece, "of": of, "name": "a.kml"}, [memoryview(PIECE)])


def test_the_size_a_page_claims_to_be_allowed_changes_nothing() -> None:
    taken: list[int] = []
    upload = Upload([".kml"], 250, lambda name, content: taken.append(len(content)), lambda name, size: None)
    upload.set_state({"max_bytes": 10**12})
    pieces(upload, 3, 3)
    assert taken == []
    assert upload.held_bytes <= 250
    pieces(upload, 2, 2)
    assert taken == [200]
