"""What GDAL says about a file that it cannot read, in words for users."""

from __future__ import annotations

import logging
import re

from pipeline.errors import AnalysisError, ReadFailed
from pipeline.reading.gdal import SILENCE_S
from pipeline.reading.remote.fault import FileFault

log = logging.getLogger(__name__)


def read_failed(url: str, error: Exception) -> Exception:
    """Return the error for the user; what GDAL said goes into the log, and with the error as its cause."""
    if isinstance(error, AnalysisError):
        return error
    said = _causes(error)
    log.warning("reading %s failed: %s", url, said)
    name = "/".join(url.rsplit("/", 2)[-2:])
    problem, advice = _meaning(said)
    return ReadFailed(
        f"An image file could not be read. {name}: {problem}. {advice}", url, f"{name}: {problem}"
    )


def may_pass(error: Exception) -> bool:
    """Return whether a fault of a file may be gone when it is asked for again at once.

    Not where the server has answered: GDAL itself has retried where that makes sense.
    """
    said = _causes(error)
    return not (
        isinstance(error, AnalysisError)
        or (isinstance(error, FileFault) and error.final)
        or "Range downloading not supported" in said
        or "No such file" in said
        or re.search(_STATUS, said)
    )


def _causes(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return " ".join(texts)


def _meaning(said: str) -> tuple[str, str]:
    """Return what GDAL said about a file in words for users, and what to do."""
    if "Range downloading not supported" in said:
        advice = "Use another catalogue, or ask the one who runs the server."
        return (
            "the server sends whole files only, not the parts of them that are needed (byte ranges)",
            advice,
        )
    status = re.search(_STATUS, said)
    if status:
        code = int(status[1])
        words = _STATUS_WORDS.get(code, "the server has an error" if code >= 500 else "the server refuses it")
        return f"{words} (error {code})", "Try again in a minute." if code >= 429 else "Try another date."
    if "redirected" in said:
        return "its address leads to a host that the catalogue does not name", "Use another catalogue."
    if found := re.search(r"blocks of (\d+) x (\d+) pixels", said):
        words = f"its blocks of {found[1]} x {found[2]} pixels are too large to be read"
        return words, "Try another date, or another catalogue."
    if "not recognized" in said:
        return "it is not a GeoTIFF, or did not come whole", "Try another date."
    if "No such file" in said:
        return "it does not exist", "Try another date."
    if "timed out" in said or "too slow" in said:
        return f"the server sent nothing for {SILENCE_S} seconds", "Try again."
    if re.search(r"got \d+ bytes, expected", said):
        return "it is not complete", "Try another date."
    return "the connection was lost or the file is damaged", "Try again, or try another date."


_STATUS = r"response[ _]code\D{0,3}(\d{3})"
_STATUS_WORDS = {
    401: "the server asks for a key",
    403: "the server refuses access to it",
    404: "the server does not have it",
    429: "the server is asked too often",
}
