"""Line drawings as pictures that a map can show: SVG in data URLs."""

from __future__ import annotations

import base64

SVG = "data:image/svg+xml;base64,"


def as_url(content: str, width: float, height: float, style: str = "") -> str:
    """Return SVG elements as a picture in a data URL; what came from outside must be escaped already.

    Parameters
    ----------
    content : str
        The elements.
    width, height : float
        Size in pixels.
    style : str
        CSS.
    """
    size = f"width='{width:.0f}' height='{height:.0f}'"
    text = f"<svg xmlns='http://www.w3.org/2000/svg' {size}><style>{style}</style>{content}</svg>"
    return SVG + base64.b64encode(text.encode()).decode()
