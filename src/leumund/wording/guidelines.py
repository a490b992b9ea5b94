"""The guideline for labellers: what counts as praise and blame, in both languages, with a version of its own."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from leumund.wording.catalogue import LANGUAGES

__all__ = ["guideline", "guideline_version", "version_of"]


@cache
def guideline(language: str) -> str:
    """Give the guideline's text: headings begin with „# “, points with „- “, everything else is a paragraph."""
    return (resources.files("leumund.wording") / f"guideline.{language}.md").read_text(encoding="utf-8")


@cache
def guideline_version() -> str:
    """Give the version of the guideline that comes along; both languages are one guideline."""
    return version_of("\n".join(guideline(language) for language in LANGUAGES))


def version_of(text: str) -> str:
    """Give the first 12 hex digits of the blake2b-128 of the words; white space does not count."""
    return hashlib.blake2b(" ".join(text.split()).encode(), digest_size=16).hexdigest()[:12]
