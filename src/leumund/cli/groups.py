"""How commands are found: the near name for one that does not exist, and --version at every level."""

from __future__ import annotations

import typer

from leumund.errors import UnknownName, near_name

__all__ = ["NearGroup"]


class NearGroup(typer.core.TyperGroup):
    """A group of commands that offers the near name for one that does not exist."""

    def get_command(self, ctx: typer.Context, cmd_name: str) -> typer.core.TyperCommand | None:  # type: ignore[override]  # Typer vendors Click's types
        """Give the command; raises UnknownName when there is none of that name."""
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            near = near_name(cmd_name, self.list_commands(ctx))
            raise UnknownName(
                f"no such command: {cmd_name}",
                where="command line",
                next_step=f"did you mean '{ctx.command_path} {near}'?" if near else f"{ctx.command_path} --help",
            )
        return command  # type: ignore[return-value]  # as above
