"""What an S3 bucket holds below a prefix, a page of a thousand names at a time.

Each page is a request of its own: the file system's listing is one call for all of them, which a store that
throttles would have us begin anew at each failure.
"""

from __future__ import annotations

from typing import Any

Page = tuple[list[tuple[str, bool]], str | None]


async def page_of(filesystem: Any, path: str, token: str | None) -> Page:
    """Return some names directly below a path, whether each is a folder, and where the next page begins.

    Parameters
    ----------
    filesystem : s3fs.S3FileSystem
        Whose client is used.
    path : str
        Bucket and prefix, without a slash at the end.
    token : str or None
        Where the page begins; None: at the first name.
    """
    bucket, key, _ = filesystem.split_path(path)
    prefix = f"{key}/" if key else ""
    more = {"ContinuationToken": token} if token else {}
    answer = await filesystem._call_s3(
        "list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=1000, **more
    )
    names = [(one["Key"].removeprefix(prefix), False) for one in answer.get("Contents", [])]
    names += [
        (one["Prefix"].removeprefix(prefix).rstrip("/"), True) for one in answer.get("CommonPrefixes", [])
    ]
    following = answer.get("NextContinuationToken") if answer.get("IsTruncated") else None
    return [(name, is_folder) for name, is_folder in names if name], following
