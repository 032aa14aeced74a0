"""Configuration of a plain `voila`, in Python: it compresses what it sends.

Voilà hands `tornado_settings` on when its application is made already, too late for ``compress_response``.
`tools.install_page` copies this file to etc/jupyter/voila.py of the environment, where `voila` reads it;
`python -m server` compresses by itself.
"""

from functools import partialmethod

from tornado.web import Application

Application.__init__ = partialmethod(Application.__init__, compress_response=True)  # type: ignore[assignment]
