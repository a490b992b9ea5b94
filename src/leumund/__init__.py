"""Leumund: what people say about a company, measured honestly."""
