"""Mailboxes (mbox) and single messages (RFC 5322)."""
