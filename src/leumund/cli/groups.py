"""How commands are found: the near name for one that does not exist."""

from __future__ import annotations

import typer

from leumund.errors import UnknownName, near_name

__all__ = ["NearGroup"]


class NearGroup(typer.core.TyperGroup):
    """A group of commands that offers the near name for one that does not exist."""

    def get_params(self, ctx: typer.Context) -> list[typer.core.TyperOption]:  # type: ignore[override]  # Typer vendors Click's types
        """Give the group's options; what is not asked for is False, not None.

        Typer loads Pydantic, a quarter of a second, for any other value, and every help page would wait for it.
        """
        options = super().get_params(ctx)
        for option in options:
            if option.default is None and option.name in ("help", "install_completion", "show_completion"):
                option.default = False
        return options  # type: ignore[return-value]  # as above

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
