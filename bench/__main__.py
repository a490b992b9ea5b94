"""`python -m bench [NAME …] [--quick]` prints measured figures beside their floors; status 1 if one is missed."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from bench.figure import Figure


def names() -> list[str]:
    """Every module of this folder that measures something: it has a function `run`."""
    found = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return [name for name in found if "\ndef run(" in (Path(__file__).parent / f"{name}.py").read_text("utf-8")]


def main(arguments: list[str]) -> int:
    """Run the named measures, or all."""
    quick = "--quick" in arguments
    wanted = [argument for argument in arguments if not argument.startswith("-")] or names()
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in wanted:
        print(f"== {name}{' (quick)' if quick else ''}", flush=True)
        measured = importlib.import_module(f"bench.{name}").run(quick)
        for figure in measured:
            print(figure, flush=True)
        figures += measured
    missed = [figure.name for figure in figures if not (figure.holds or figure.is_open)]
    for figure in figures:
        if figure.is_open:
            print(f"OPEN FLOOR: {figure}")
    print(f"{len(figures)} figures, {len(missed)} below the floor{': ' + ', '.join(missed) if missed else ''}")
    return 1 if missed or not figures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
