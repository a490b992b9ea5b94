"""phpBB 3.0 to 3.3, in the looks prosilver and subsilver2 and what descends from them."""
