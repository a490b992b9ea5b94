"""The command line: parse, call one function of a room, print."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from leumund._version import __version__
from leumund.errors import LeumundError, WrongUse, near_name, storage_errors

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its status: 0 done, 1 finished with problems, 2 wrong use."""
    _speak_utf8()
    try:
        # storage_errors: an OSError from whatever library still becomes three lines that say what to do
        with storage_errors(Path()):
            status = _run(sys.argv[1:])
            sys.stdout.flush()
    except LeumundError as error:
        gone = isinstance(error.__cause__, BrokenPipeError)
        status = _leave_quietly() if gone else _say(error)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        status = 130
    except Exception as error:  # Click's words on wrong use, and mistakes of the program: told, never a traceback
        status = _usage_or_mishap(error)
    sys.exit(status)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; half a pair of surrogates from a broken page becomes an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a test's stand-in has none
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(arguments: list[str]) -> int:
    if "--version" in arguments:  # at every level, before anything is loaded
        print(f"leumund {__version__}")
        return 0
    from leumund.cli.app import app

    try:
        return app(arguments, prog_name="leumund", standalone_mode=False) or 0
    except SystemExit:  # the parser leaves like that only when the reader of our output went away (`| head`)
        return _leave_quietly()


def _say(error: LeumundError) -> int:
    print(error, file=sys.stderr)
    return error.status


def _leave_quietly() -> int:
    """The reader of our output went away (`| head`): that is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _usage_or_mishap(error: Exception) -> int:
    """Say what was wrong with the command as typed; anything else is our own mistake and says so."""
    if hasattr(error, "format_message"):  # the parser's errors; their class has no public name
        return _usage(error)
    if os.environ.get("LEUMUND_DEBUG"):
        raise error
    print(
        f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}\n"
        "  where: inside Leumund; this is a mistake of the program, nothing half-written was kept\n"
        "  next:  run it again with LEUMUND_DEBUG=1 and report what it prints",
        file=sys.stderr,
    )
    return 1


def _usage(error: Exception) -> int:
    seen = error.format_message()  # type: ignore[attr-defined]  # looked at by the caller
    if seen.startswith("Usage:"):  # a command group without a command: its help, but nothing was done
        print(seen, file=sys.stderr)
        return WrongUse.status
    seen = seen.replace("Value error, ", "").partition(" (Possible options")[0].rstrip(".")
    command = getattr(getattr(error, "ctx", None), "command_path", "leumund")
    near = _near_choice(seen) or next(iter(getattr(error, "possibilities", None) or ()), "")
    hint = f"did you mean '{near}'? See {command} --help" if near else f"{command} --help"
    return _say(WrongUse(seen, where="command line", next_step=hint))


def _near_choice(seen: str) -> str:
    """Give the near name out of „'cvs' is not one of 'jsonl', 'csv', 'parquet'“."""
    given, _, known = seen.partition(" is not one of ")
    return near_name(given.rpartition(" ")[2].strip("'"), re.findall(r"'([^']*)'", known))
