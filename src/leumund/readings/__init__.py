"""Readings: what each post says about whom, on which aspect, and what its writer wants."""
