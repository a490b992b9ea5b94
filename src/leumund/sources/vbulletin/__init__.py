"""vBulletin 4."""
