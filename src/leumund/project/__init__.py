"""A project's folder, and what people decide in it: labels, campaigns, publications."""
