"""Tables of posts: CSV, JSON Lines, Parquet, Excel."""
