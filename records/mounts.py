"""Which file system a path is on, so that SQLite is not used where its locks do not hold."""

from __future__ import annotations

from pathlib import Path

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs", "ocfs2", "gfs2"}
_NETWORK_FUSE = {"fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.davfs", "davfs", "fuse.juicefs"}
MOUNTS = Path("/proc/mounts")


def network_kind(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The name of the network file system that holds a path, or None; None too where the system does not tell (not Linux)."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    real = path.absolute().parent.resolve() / path.name
    held = [(place, kind) for place, kind in map(_mount, lines) if real.is_relative_to(place)]
    kind = max(held, key=lambda pair: len(pair[0].parts), default=(Path("/"), ""))[1]
    return kind if kind in _NETWORK | _NETWORK_FUSE else None


def _mount(line: str) -> tuple[Path, str]:
    _device, place, kind, *_ = line.split(" ")
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, character)
    return Path(place), kind
