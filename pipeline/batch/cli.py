"""The command line: run a list of places; look up catalogues, scenes and places first."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import AnalysisError, InvalidRequest

if TYPE_CHECKING:
    from pipeline.batch.records import Record
    from pipeline.clustering.model import ClusterModel

ALL_DONE, SOME_FAILED, NOTHING_DONE = 0, 1, 2
"""What the command returns to the shell."""

ABOUT = """\
Land-cover clusters from Sentinel-2 without a page: the same classes on a list of places.

A list is a text file with one request a line. The page makes it, with the model beside it: “Repeat for other
places” in the tab Areas. By hand:

  {"name": "Bolzano", "request": {"version": 1, "area": {"longitude": 11.34, "latitude": 46.49,
   "size_km": 5}, "start": "2022-06-01", "end": "2022-06-30", "n_clusters": 6, "catalog": "earth-search"}}

(all on one line; "polygon" with a GeoJSON geometry instead of the three numbers makes an area of any shape).
"""
EXAMPLES = """\
examples:
  python -m pipeline run places.jsonl --out results
      reads all places, fits one model on the pixels of all of them, labels each with it
  python -m pipeline run places.jsonl --model model.json --out results
      labels them with a model from the page (“Repeat for other places”, “More formats”) or another run
  python -m pipeline run places.jsonl --out results
      again: does what is missing or failed, nothing else; delete results/model.json to fit again
  python -m pipeline scenes places.jsonl
      lists which images could answer, without reading any
  python -m pipeline places bolzano
      where a town lies, from a list that needs no internet
  DASK_SCHEDULER_ADDRESS=tcp://127.0.0.1:8786 python -m pipeline run …
      reads and labels on the workers of a dask cluster (docs/scaling.md)
"""
RUN = """\
Label every place of a list with one model. In the folder then lie:

  areas.csv     one row a place and class, one row a place that failed, with the sentence that says why
  places.gpkg   polygons of all places in longitude and latitude, and the places themselves
  index.html    all places with their hectares and reports
  model.json    the model, for other places or another year
  log.txt       one line a place, each time it is worked on
  places/       GeoTIFF, GeoJSON and report of each place

Returns 0 when all places have numbers, 1 when some failed, 2 when nothing was done.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, act, and return the exit status."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    act: Callable[[argparse.Namespace], int] = chosen.act
    try:
        return act(chosen)
    except AnalysisError as error:
        print(error, file=sys.stderr)
        return NOTHING_DONE
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where it ended.", file=sys.stderr)
        return NOTHING_DONE


def _parser() -> argparse.ArgumentParser:
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m pipeline", description=ABOUT, epilog=EXAMPLES, formatter_class=kind
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands.add_parser(
        "run", help="label a list of places with one model", description=RUN, formatter_class=kind
    )
    run.add_argument("requests", type=Path, metavar="FILE", help="one request a line (JSON)")
    run.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the results go")
    run.add_argument(
        "--model", type=Path, metavar="FILE", help="label with this model; default: fit one on all"
    )
    run.add_argument(
        "--no-workers", action="store_true", help="work here even if a dask cluster is configured"
    )
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    run.set_defaults(act=_run)

    catalogs = commands.add_parser(
        "catalogs", help="list the image catalogues that can be named in a request"
    )
    catalogs.set_defaults(act=_catalogs)

    scenes = commands.add_parser("scenes", help="list the images that could answer each request of a list")
    scenes.add_argument("requests", type=Path, metavar="FILE", help="one request a line (JSON)")
    scenes.set_defaults(act=_scenes)

    places = commands.add_parser("places", help="find towns by name, without internet")
    places.add_argument("name", nargs="+", help="a name or its beginning; a country may follow a comma")
    places.add_argument("--limit", type=int, default=8, help="towns at most (default 8)")
    places.set_defaults(act=_places)
    return parser


def _run(chosen: argparse.Namespace) -> int:
    from tqdm import tqdm

    from pipeline.batch.run import analyse_many

    model = None if chosen.model is None else _model(chosen.model)
    with tqdm(unit="place", disable=chosen.quiet, file=sys.stderr) as bar:

        def read(name: str, number: int, of: int) -> None:
            bar.total = of
            bar.set_description_str("reading", refresh=False)
            bar.set_postfix_str(name, refresh=False)
            bar.update(number - bar.n)

        def tell(record: Record, number: int, of: int) -> None:
            bar.total = of
            bar.set_description_str("labelling", refresh=False)
            bar.set_postfix_str(record.name, refresh=False)
            bar.update(number - bar.n)
            if not record.done:
                bar.write(record.words, file=sys.stderr)

        result = analyse_many(
            chosen.requests,
            out=chosen.out,
            model=model,
            on_place=tell,
            on_read=read,
            workers=not chosen.no_workers,
        )
    done = len(result.records) - len(result.failed)
    print(f"{done} of {len(result.records)} places done: {chosen.out / 'index.html'}")
    return ALL_DONE if not result.failed else SOME_FAILED if done else NOTHING_DONE


def _model(path: Path) -> ClusterModel:
    from pipeline.clustering.model import ClusterModel

    try:
        return ClusterModel.from_json(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InvalidRequest(f"The model “{path}” cannot be read: {reason}.") from error


def _catalogs(_: argparse.Namespace) -> int:
    from pipeline.catalogs.profiles import default_name, offered

    for profile in offered():
        mark = " (default of the page)" if profile.name == default_name() else ""
        print(f"{profile.name:24} {profile.title}{mark}")
    print("The address of any STAC API with Sentinel-2 L2A can stand for a name.")
    return ALL_DONE


def _scenes(chosen: argparse.Namespace) -> int:
    from pipeline.analysis import find_scenes
    from pipeline.batch.requests_file import read_requests

    failed = 0
    asked = read_requests(chosen.requests)
    for one in asked:
        print(one.name)
        try:
            if one.request is None:
                raise InvalidRequest(one.problem)
            for scene in find_scenes(one.request):
                cover = "" if scene.cloud_cover is None else f"{scene.cloud_cover:5.1f} % cloud"
                print(f"  {scene.date}  {scene.tile:6} {cover:14}  {scene.id}")
        except AnalysisError as error:
            failed += 1
            print(f"  {error}")
    return ALL_DONE if not failed else SOME_FAILED if failed < len(asked) else NOTHING_DONE


def _places(chosen: argparse.Namespace) -> int:
    from pipeline.places.gazetteer import CREDIT, find_places

    found = find_places(" ".join(chosen.name), chosen.limit)
    for place in found:
        where = f"{place.latitude:.4f}, {place.longitude:.4f}"
        print(f"{where:20}  {place.label} ({place.population:,} people)")
    if not found:
        print("No town of this name has more than 15,000 people. Give coordinates instead.", file=sys.stderr)
        return NOTHING_DONE
    print(CREDIT)
    return ALL_DONE
