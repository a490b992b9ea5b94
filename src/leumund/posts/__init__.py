"""Posts: who wrote what when, what is quoted, what is a copy."""
