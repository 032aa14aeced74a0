"""pystac-client is imported without the second that a grammar takes, which is there for who needs it."""

import subprocess
import sys

import pytest


def printed(code: str) -> str:
    """Return what a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_import_leaves_the_grammar_and_forgets_its_stand_in() -> None:
    code = (
        "import sys, pipeline.catalogs.client, jsonschema\n"
        "print([name in sys.modules for name in ('lark', 'rfc3987_syntax', 'pystac_client')])"
    )
    assert printed(code) == "[False, False, True]"


@pytest.mark.parametrize(("address", "fine"), [("https://example.org/ü", True), ("no address", False)])
def test_who_checks_addresses_gets_the_grammars_answer(address: str, fine: bool) -> None:
    code = (
        "import pipeline.catalogs.client\n"
        "from jsonschema import Draft202012Validator as Validator\n"
        "validator = Validator({'format': 'iri'}, format_checker=Validator.FORMAT_CHECKER)\n"
        f"print(validator.is_valid({address!r}))\n"
        "import rfc3987_syntax\nprint(len(rfc3987_syntax.grammar) > 0)"
    )
    assert printed(code) == f"{fine}\nTrue"


def test_a_grammar_that_is_there_stays() -> None:
    code = (
        "import rfc3987_syntax as before, pipeline.catalogs.client, rfc3987_syntax as after\n"
        "print(before is after)"
    )
    assert printed(code) == "True"
