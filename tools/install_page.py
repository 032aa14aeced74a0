"""Put the page's template into the environment, so that Voilà finds it from any folder and inside JupyterLab.

``voila.json`` does the same for the plain command ``voila dashboard.ipynb``, without installing anything: its
"logging filter" is a call that the logging library makes while Voilà reads its configuration, and it puts
this repository's share/jupyter on Jupyter's path. A Jupyter server (Binder, JupyterLab) has no such hook in
the folder it runs in: the template has to be in the environment, and a ``voila.json`` there has to name it.
"""

import json
import shutil
import sys
from pathlib import Path

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


def main(prefix: Path = Path(sys.prefix)) -> None:
    """Copy the template and name it.

    Parameters
    ----------
    prefix
        The environment; the running interpreter's by default.
    """
    shutil.copytree(ROOT / TEMPLATE, prefix / TEMPLATE, dirs_exist_ok=True)
    settings = prefix / "etc" / "jupyter" / "voila.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(SETTINGS, indent=2) + "\n")


if __name__ == "__main__":
    main()
