"""Says which files of an evidence pack are not as they were given out: python recompute_files.py [PACK].

Opens the pack for the other scripts. A file that cannot be read ends them in a sentence.
"""

import hashlib
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def opened(pack, *names):
    """Give the manifest, then the tables of these names; in the manifest `changed` names what was changed of them."""
    try:
        manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
        files = [f"{name}.parquet" for name in names]
        manifest["changed"] = [name for name in files or manifest["sha256"] if differs(pack, manifest, name)]
        return manifest, *(pq.read_table(pack / file) for file in files)
    except (OSError, ValueError, LookupError, TypeError, pa.ArrowException) as error:
        sys.exit(f"the pack is not whole: {error}\n  where: {pack}\n  next:  take it anew from where it came")


def differs(pack, manifest, name):
    """Tell whether a file is lost or has another digest than the manifest says."""
    file = pack / name
    return not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != manifest["sha256"][name]


def ended(manifest, agree, n, what):
    """Say how many of them agree, and what was changed; gives the status to end with."""
    sys.stdout.write(f"{agree} of {n} {what}\n")
    for name in manifest["changed"]:
        sys.stderr.write(f"changed since it was given out, or lost: {name}\n")
    return int(agree != n or len(manifest["changed"]) > 0)


def main(pack):
    """Compare the digest of every file; gives the status to end with."""
    (manifest,) = opened(pack)
    n = len(manifest["sha256"])
    return ended(manifest, n - len(manifest["changed"]), n, "files are as they were given out")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
