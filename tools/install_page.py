"""Put the page's template into the environment, so that Voilà finds it from any folder and inside JupyterLab.

``voila.json`` does the same for the plain command ``voila dashboard.ipynb``, without installing anything: its
"logging filter" is a call that the logging library makes while Voilà reads its configuration, and it puts
this repository's share/jupyter on Jupyter's path. A Jupyter server (Binder, JupyterLab) has no such hook in
the folder it runs in: the template has to be in the environment, and a ``voila.json`` there has to name it.
There, too, both are told to compress what they send: a first visit is 1.8 MB instead of 6.5.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path("share", "jupyter", "voila", "templates", "landcover")
SETTINGS = {
    "VoilaConfiguration": {
        # Voilà writes ?theme= into the page as it is, and a template of another project may never end.
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "template": TEMPLATE.name,
    }
}
"""What a Jupyter server's Voilà needs to know, wherever it is started."""
SERVER_SETTINGS = {"ServerApp": {"tornado_settings": {"compress_response": True}}}
"""What a Jupyter server itself needs to know."""


def added(settings: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Return settings with ours in them; all others stay."""
    inner = {
        name: added(settings.get(name, {}), value) if isinstance(value, dict) else value
        for name, value in ours.items()
    }
    return {**settings, **inner}


def main(prefix: Path = Path(sys.prefix)) -> None:
    """Copy the template and name it; let the servers compress what they send.

    Parameters
    ----------
    prefix
        The environment; the running interpreter's by default.
    """
    shutil.copytree(ROOT / TEMPLATE, prefix / TEMPLATE, dirs_exist_ok=True)
    folder = prefix / "etc" / "jupyter"
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("voila.json").write_text(json.dumps(SETTINGS, indent=2) + "\n")
    for_all = folder / "jupyter_server_config.json"
    there = json.loads(for_all.read_text()) if for_all.exists() else {}
    for_all.write_text(json.dumps(added(there, SERVER_SETTINGS), indent=2) + "\n")
    shutil.copy(ROOT / "tools" / "compressed.py", folder / "voila.py")


if __name__ == "__main__":
    main()
