"""Sources: page, archive, mailbox or table in, posts as found out. One folder each."""
