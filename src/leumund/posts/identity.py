"""Identity: the same post is the same row wherever it is met again, and a writer is a key, not a name."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from leumund.errors import storage_errors
from leumund.folding import fold

__all__ = ["AuthorKeys", "post_id_of", "post_id_without_number", "thread_id_of"]


def _blake2b_128(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def post_id_of(venue: str, number: str) -> str:
    """Give the identity of a post that its forum numbers."""
    return _blake2b_128(venue, number)


def post_id_without_number(thread_id: str, position: int, author_key: str, time_text: str) -> str:
    """Give the identity of a post that has no number of its own."""
    return _blake2b_128(thread_id, str(position), author_key, time_text)


def thread_id_of(venue: str, thread_number: str, title: str) -> str:
    """Give the identity of a thread by its number or address; by its title where it has neither."""
    return _blake2b_128(venue, "thread", thread_number or f"title {fold(title)}")


class AuthorKeys:
    """Turns names into pseudonyms with a secret that lies outside of every project.

    The key file is $LEUMUND_KEY_FILE, else leumund/pseudonym.key in the user's configuration folder. It is made
    at the first use, readable by its owner alone. Raises StorageError when it can be neither read nor made.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of_this_user(cls) -> AuthorKeys:
        """Use the user's key file, making it when there is none."""
        configured = os.environ.get("LEUMUND_KEY_FILE")
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        path = Path(configured) if configured else home / "leumund" / "pseudonym.key"
        with storage_errors(path):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                fresh = path.with_name(f".{path.name}.{os.getpid()}")
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                    stream.write(secrets.token_hex(32))
                try:
                    os.link(fresh, path)  # link, not rename: whoever comes second keeps the first one's key
                except FileExistsError:
                    pass
                finally:
                    fresh.unlink()
            return cls(bytes.fromhex(path.read_text().strip()))

    def key(self, venue: str, name: str) -> str:
        """Give the pseudonym of a name in a venue, '' for a post without author; case makes no other person."""
        if not name.strip():
            return ""
        return hmac.digest(self._secret, f"{venue}\n{fold(name)}".encode(), "sha256")[:16].hex()
