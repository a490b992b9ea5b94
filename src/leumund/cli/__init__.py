"""The command line: parse, call one function of a room, print."""

from __future__ import annotations

import os
import sys

from leumund.errors import LeumundError, storage_errors

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its status: 0 done, 1 finished with problems, 2 wrong use."""
    from leumund.cli.app import app

    try:
        # storage_errors: an OSError from whatever library still becomes three lines that say what to do
        from pathlib import Path

        with storage_errors(Path.cwd()):
            status = app(standalone_mode=False)
        sys.stdout.flush()
    except LeumundError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            _leave_quietly()
        status = _say(error)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        status = 130
    except Exception as error:
        status = _usage_or_mishap(error)
    sys.exit(status)


def _say(error: LeumundError) -> int:
    print(error, file=sys.stderr)
    return error.status


def _leave_quietly() -> None:
    """The reader of our output went away (`| head`): that is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _usage_or_mishap(error: Exception) -> int:
    """Say what Click found wrong with the command; anything else is our own mistake and says so."""
    show = getattr(error, "format_message", None)
    if show is not None:
        context = getattr(error, "ctx", None)
        help_at = f"{context.command_path} --help" if context is not None else "leumund --help"
        print(f"WrongUse (LM100): {show()}\n  next:  {help_at}", file=sys.stderr)
        return 2
    if os.environ.get("LEUMUND_DEBUG"):
        raise error
    print(
        f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}\n"
        "  where: inside Leumund; this is a mistake of the program, nothing half-written was kept\n"
        "  next:  run it again with LEUMUND_DEBUG=1 and report what it prints",
        file=sys.stderr,
    )
    return 1
