"""``bill-ingest new-parser``: writes the beginnings of a parser from documents, in a checkout of the source.

A module with the rules that find something on them, its line in the registry, and a folder of two drawn samples. What
the documents say of their customers is not in any of it. Nothing that exists is overwritten.
"""

from collections.abc import Sequence
from pathlib import Path

import typer

import parsers
from ingest.errors import ConfigError, Unavailable
from ingest.exit_codes import DONE
from ingest.new_parser.module import module
from ingest.new_parser.plan import Plan, plan
from ingest.new_parser.registration import registered
from ingest.new_parser.sample_files import fields, files
from ingest.parsing import ParserPool
from parsers.errors import DocumentError
from parsers.finding.kinds import BILL_KINDS
from parsers.model import DocumentKind
from parsers.sketch import Sketch


async def run(paths: Sequence[Path], *, code: str | None, name: str | None) -> int:
    """Raises ``ConfigError`` where nothing can be begun; then nothing was written."""
    root = _checkout()
    async with ParserPool(size=1) as pool:
        sketches = [await _sketch(pool, path, name) for path in paths]
    begun = plan(sketches, code, name)
    written = _written(root, begun)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _tell(root, begun, list(written), len(sketches))
    return DONE


def _checkout() -> Path:
    """The folder of the source that this program runs from."""
    root = Path(parsers.__file__).resolve().parents[1]
    if (root / "samples" / "drawing.py").exists() and (root / "pyproject.toml").exists():
        return root
    raise ConfigError(
        f"new-parser writes into the source, and this program runs from an installed package ({root}). Get the source,"
        " install it with 'pip install -e .[dev]' in an environment of its own, and call that environment's"
        " bill-ingest."
    )


async def _sketch(pool: ParserPool, path: Path, name: str | None) -> Sketch:
    try:
        sketch = Sketch.model_validate(await pool.sketch(path, name))
    except DocumentError as error:
        raise ConfigError(f"{path}: {error.detail}") from error
    except Unavailable as error:
        raise ConfigError(f"{path}: {error}") from error
    if sketch.claimed_by:
        raise ConfigError(
            f"{path}: the parser {sketch.claimed_by} reads it already; see 'bill-ingest parse --explain'."
        )
    if sketch.kind != DocumentKind.BILL:
        raise ConfigError(f"{path}: it does not read as a bill ({sketch.kind}). {sketch.detail or ''}".rstrip())
    return sketch


def _written(root: Path, begun: Plan) -> dict[Path, str]:
    """Every file with its new text. Raises ``ConfigError`` before one of them would be overwritten."""
    target = root / "parsers" / "utilities" / f"{begun.code}.py"
    folder = root / "samples" / begun.code
    there = [path for path in (target, folder) if path.exists()]
    if there:
        named = " and ".join(str(path.relative_to(root)) for path in there)
        raise ConfigError(f"{named} exists already, and nothing is overwritten; choose another --code or remove it.")
    registry = root / "parsers" / "registry.py"
    texts = {target: module(begun)}
    texts |= {folder / name: text for name, text in files(begun).items()}
    return texts | {registry: registered(registry.read_text(encoding="utf-8"), begun)}


def _tell(root: Path, begun: Plan, written: Sequence[Path], documents: int) -> None:
    typer.echo(f"{begun.name} as {begun.code}, from {documents} document{'' if documents == 1 else 's'}. Written:")
    for path in written:
        typer.echo(f"  {path.relative_to(root)}")
    found = list(fields(begun))
    lacking = [field for field in BILL_KINDS if field != "past_due" and field not in found]
    typer.echo(f"Rules that find something: {', '.join(found) or 'none'}")
    typer.echo(f"Not found, or read from the meters: {', '.join(lacking)}")
    typer.echo(f"""Next (docs/add-a-utility.md walks through one):
  1. python -m samples --only {begun.code}
  2. python -m pytest -q tests/test_samples.py tests/test_registry.py -k {begun.code}
  3. bill-ingest parse --explain YOUR.pdf      what the rules match on the real pages, and what they do not find
  4. Complete parsers/utilities/{begun.code}.py, and draw in samples/{begun.code}/draw.py what you add.
  5. python benchmarks/compare.py FOLDER       against your own labelled bills; then take 'proven = False' out""")
