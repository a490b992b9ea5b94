"""The changes, in the order that their `down_revision` tells."""

from __future__ import annotations
