"""What is logged here reaches the terminal: warnings as the application writes them, runs as they are."""

import io
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from traitlets.config import Application

from widgets.session.catalog_probe import log_to_terminal


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Stand in for a kernel's application, which writes warnings only."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("[app] %(message)s"))
    application = SimpleNamespace(log=SimpleNamespace(handlers=[handler]))
    monkeypatch.setattr(Application, "initialized", lambda: True)
    monkeypatch.setattr(Application, "instance", lambda: application)
    loggers = [logging.getLogger(name) for name in ("widgets", "pipeline", "pipeline.runs")]
    before = [(logger, list(logger.handlers), logger.level, logger.propagate) for logger in loggers]
    yield stream
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def test_the_line_of_a_run_is_written_once_as_it_is(terminal: io.StringIO) -> None:
    for _ in range(2):  # two pages of one process
        log_to_terminal()
    logging.getLogger("pipeline.runs").info('{"event": "run"}')
    logging.getLogger("pipeline.analysis").info("not this")
    logging.getLogger("pipeline.analysis").warning("this")
    assert terminal.getvalue() == '{"event": "run"}\n[app] this\n'
