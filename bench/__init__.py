"""Measures: speed beside a bare peer, quality beside a gold standard; each with a floor."""
