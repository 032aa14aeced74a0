"""What goes wrong with a file on the web."""

from __future__ import annotations


class FileFault(Exception):
    """A part of a file did not come, or is not what it should be.

    The text is for the log and for `read_errors.py`, which has the user's words for each.

    Parameters
    ----------
    said : str
        What happened, in the words that GDAL has for the same.
    final : bool
        Whether asking again at once is of no use.
    """

    def __init__(self, said: str, *, final: bool = False) -> None:
        super().__init__(said)
        self.final = final


def status(code: int) -> FileFault:
    """Return the fault of an answer with an error of HTTP."""
    return FileFault(f"HTTP response code: {code}", final=True)


def silent() -> FileFault:
    """Return the fault of a server that sends nothing, or hardly anything."""
    return FileFault("timed out")


def incomplete(got: int, expected: int) -> FileFault:
    """Return the fault of a file that ends too early."""
    return FileFault(f"got {got} bytes, expected {expected}")


def no_ranges() -> FileFault:
    """Return the fault of a server that sends whole files only."""
    return FileFault("Range downloading not supported by this server", final=True)


def no_geotiff() -> FileFault:
    """Return the fault of a file that begins like no GeoTIFF."""
    return FileFault("not recognized as a GeoTIFF")


def leads_elsewhere() -> FileFault:
    """Return the fault of an address that redirects to a host that its catalogue does not name."""
    return FileFault("redirected to another host", final=True)


def too_large(rows: int, columns: int) -> FileFault:
    """Return the fault of a file whose blocks are larger than any that is read here."""
    return FileFault(f"blocks of {rows} x {columns} pixels", final=True)


def damaged() -> FileFault:
    """Return the fault of a block that cannot be decoded."""
    return FileFault("a block is damaged")
