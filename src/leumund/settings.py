"""Settings: each with name, default, unit and one sentence; leumund.toml is written with them and read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leumund.errors import BadSettings, NotAProject, near_name, storage_errors

__all__ = ["SETTINGS", "BrandSetting", "Setting", "Settings", "read_settings", "settings_page", "settings_text"]

FILE_NAME = "leumund.toml"


@dataclass(frozen=True)
class Setting:
    """One line of leumund.toml."""

    section: str
    name: str
    default: str | int | float | bool
    sentence: str
    choices: tuple[str, ...] = ()


SETTINGS: tuple[Setting, ...] = (
    Setting("project", "title", "", "What the report is called; empty: the name of the own brand."),
    Setting("project", "language", "de", "Language of interface and reports.", ("de", "en")),
    Setting("project", "simulated", False, "true: the posts are made up, and every page says so."),
    Setting("posts", "zone", "Europe/Berlin", "Time zone of pages that do not state one."),
    Setting(
        "posts",
        "date_order",
        "",
        "Order of day and month in all-digit dates; empty: as the page's language has it.",
        ("", "dmy", "mdy", "ymd"),
    ),
    Setting("posts", "rows_per_part", 50_000, "Posts in one file of the table posts."),
    Setting("picture", "level", 0.95, "Confidence level of all intervals."),
    Setting("picture", "min_posts", 5, "Below this number of posts a figure says that it cannot be told."),
    Setting("labels", "weekly", 30, "Labels a week that people have time for; label plan says what they buy."),
    Setting(
        "labels", "double_share", 0.1, "Share of each draw that a second person judges too, to see how far both agree."
    ),
    Setting(
        "labels",
        "guideline",
        "",
        "File with a guideline of your own (plain text) for label next; empty: the one that comes along.",
    ),
    Setting(
        "labels",
        "guideline_version",
        "",
        "Name of the version of a guideline of your own: the same name means the same; empty: every word counts.",
    ),
    Setting(
        "engine",
        "kind",
        "duckdb",
        "Where steps run: in this process, in several, or on Spark.",
        ("duckdb", "processes", "spark"),
    ),
    Setting("engine", "processes", 2, "Number of worker processes with kind = 'processes'."),
    Setting("engine", "memory_mib", 1024, "Memory for queries in MiB; what does not fit goes to the project's folder."),
    Setting("engine", "spark_master", "", "Address of the Spark master; empty: this machine."),
    Setting("ledger", "url", "", "Database of what people decide; empty: ledger.sqlite in the project's folder."),
)


@dataclass(frozen=True)
class BrandSetting:
    """One watched company: its name and how people write it."""

    name: str
    aliases: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Settings:
    """All settings of a project, with defaults filled in."""

    folder: Path
    values: Mapping[tuple[str, str], str | int | float | bool]
    brands: tuple[BrandSetting, ...] = field(default=())

    def text(self, section: str, name: str) -> str:
        """Give a setting that is a word."""
        return str(self.values[section, name])

    def number(self, section: str, name: str) -> int:
        """Give a setting that is a whole number."""
        return int(self.values[section, name])

    def share(self, section: str, name: str) -> float:
        """Give a setting that is a number between 0 and 1."""
        return float(self.values[section, name])

    def switch(self, section: str, name: str) -> bool:
        """Give a setting that is true or false."""
        return bool(self.values[section, name])

    @property
    def own_brand(self) -> BrandSetting:
        """The brand the report is about: the one marked `own = true`, else the first."""
        return next((brand for brand in self.brands if brand.own), self.brands[0])

    @property
    def rivals(self) -> tuple[BrandSetting, ...]:
        """The brands it is set against."""
        return tuple(brand for brand in self.brands if brand is not self.own_brand)


_BRAND_KEYS = {"name": str, "own": bool, "aliases": list, "context": list, "blocked": list}


def read_settings(folder: Path) -> Settings:
    """Read leumund.toml of a project.

    Raises NotAProject when there is none, BadSettings with line and near name when a key or value is not understood.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise NotAProject(f"no {FILE_NAME} here", where=f"folder {folder}", next_step=f"leumund init {folder}")
    with storage_errors(path):
        content = path.read_bytes()
    return parse_settings(content, folder)


def parse_settings(content: bytes, folder: Path) -> Settings:
    """Read the bytes of a leumund.toml; see `read_settings`."""
    try:
        text = content.decode("utf-8")
        found = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(
            f"not valid TOML: {error}", where=f"{folder / FILE_NAME}", next_step="mend that line"
        ) from error
    check = _Check(folder / FILE_NAME, text)
    brands = tuple(check.brand(entry) for entry in check.brand_entries(found.pop("brands", [])))
    check.keys("", found, {setting.section for setting in SETTINGS})
    values = {
        (setting.section, setting.name): check.value(setting, found.get(setting.section, {})) for setting in SETTINGS
    }
    for section, entries in found.items():
        check.keys(section, entries, {setting.name for setting in SETTINGS if setting.section == section})
    if not brands:
        raise BadSettings("no brand is named", where=str(folder / FILE_NAME), next_step="add a [[brands]] with a name")
    return Settings(folder, values, brands)


class _Check:
    """Looks at what stands in the file and says where something is wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._lines = path, text.splitlines()

    def _where(self, key: str) -> str:
        for number, line in enumerate(self._lines, start=1):
            if line.strip().startswith((key, f"[{key}", f"[[{key}")):
                return f"{self._path}, line {number}"
        return str(self._path)

    def keys(self, section: str, entries: Any, known: set[str]) -> None:
        if not isinstance(entries, dict):
            raise BadSettings(
                f"[{section}] has to be a section", where=self._where(section), next_step=f"write [{section}]"
            )
        for key in entries:
            if key not in known:
                near = near_name(key, known)
                hint = f"did you mean '{near}'?" if near else f"known here: {', '.join(sorted(known))}"
                raise BadSettings(
                    f"unknown key '{key}'" + (f" in [{section}]" if section else ""),
                    where=self._where(key),
                    next_step=hint,
                )

    def value(self, setting: Setting, entries: Any) -> str | int | float | bool:
        if not isinstance(entries, dict) or setting.name not in entries:
            return setting.default
        value = entries[setting.name]
        wanted = type(setting.default)
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            kinds = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
            raise BadSettings(
                f"{setting.name} = {value!r} is not {kinds[wanted]}",
                where=self._where(setting.name),
                next_step=setting.sentence,
            )
        if setting.choices and value not in setting.choices:
            near = near_name(str(value), setting.choices)
            listed = ", ".join(repr(choice) for choice in setting.choices)
            hint = f"did you mean '{near}'?" if near else f"one of {listed}"
            raise BadSettings(
                f"{setting.name} = {value!r} is not known", where=self._where(setting.name), next_step=hint
            )
        return value

    def brand_entries(self, found: Any) -> list[Any]:
        if isinstance(found, list):
            return found
        raise BadSettings(
            "brands has to be a list", where=self._where("brands"), next_step="write [[brands]] with two brackets"
        )

    def brand(self, entry: Any) -> BrandSetting:
        self.keys("brands", entry, set(_BRAND_KEYS))
        for key, value in entry.items():
            if not isinstance(value, _BRAND_KEYS[key]):
                raise BadSettings(
                    f"brands: {key} = {value!r} is of the wrong kind",
                    where=self._where(key),
                    next_step="see leumund init",
                )
        if not entry.get("name", "").strip():
            raise BadSettings("a brand without a name", where=self._where("brands"), next_step='add name = "…"')
        words = {key: tuple(str(word) for word in entry.get(key, ())) for key in ("aliases", "context", "blocked")}
        return BrandSetting(name=entry["name"], own=entry.get("own", False), **words)


def _toml(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value)


def settings_text(
    brands: tuple[BrandSetting, ...], changed: Mapping[tuple[str, str], str | int | float | bool] | None = None
) -> str:
    """Give a commented leumund.toml with these brands; `changed` names settings that differ from their defaults."""
    changed = changed or {}
    lines = [
        "# What Leumund watches and how. Every setting has a default; a line that is missing means the default.",
        "",
    ]
    section = ""
    for setting in SETTINGS:
        if setting.section != section:
            section = setting.section
            lines += [f"[{section}]"]
        value = changed.get((setting.section, setting.name), setting.default)
        lines += [
            f"# {setting.sentence}" + (f" One of: {', '.join(map(repr, setting.choices))}." if setting.choices else "")
        ]
        lines += [f"{setting.name} = {_toml(value)}", ""]
    lines += [
        "# The companies. own = true marks the one the report is about. aliases: how people write it; context: words",
        '# of which one has to stand nearby; blocked: words that must not follow ("O2-Sensor").',
    ]
    for brand in brands:
        lines += ["[[brands]]", f"name = {_toml(brand.name)}"]
        if brand.own:
            lines += ["own = true"]
        for key in ("aliases", "context", "blocked"):
            words = getattr(brand, key)
            if words:
                lines += [f"{key} = [{', '.join(_toml(word) for word in words)}]"]
        lines += [""]
    return "\n".join(lines)


def settings_page() -> str:
    """Give docs/settings.md: every setting in words."""
    lines = [
        "# Settings",
        "",
        "Made from `src/leumund/settings.py`; a test holds it. They stand in `leumund.toml`.",
        "",
    ]
    lines += ["| section | name | default | meaning |", "|---|---|---|---|"]
    lines += [f"| {s.section} | {s.name} | `{_toml(s.default)}` | {s.sentence} |" for s in SETTINGS]
    lines += ["", "Each `[[brands]]` has `name`, and may have `own`, `aliases`, `context`, `blocked`."]
    return "\n".join(lines) + "\n"
