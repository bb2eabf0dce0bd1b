"""A page as a real Chromium shows it, in a frame as narrow as is asked for, without a network."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_FRAME = """<!DOCTYPE html>
<iframe id="page" src="PAGE" style="width:WIDTHpx;height:2000px;border:0"></iframe>
<pre id="told"></pre>
<script>
setInterval(() => {
  const page = document.getElementById("page").contentDocument;
  const marks = [...page.querySelectorAll("svg.marks")];
  document.getElementById("told").textContent = JSON.stringify({
    drawn: page.querySelectorAll('[data-drawn="yes"]').length,
    failed: page.querySelectorAll('[data-drawn="no"]').length,
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    right: Math.max(...marks.map((mark) => mark.getBoundingClientRect().right)),
    left: Math.min(...marks.map((mark) => mark.getBoundingClientRect().width)),
    shown: page.getElementById("search-shown")?.innerText,
  });
}, 200);
</script>
"""
"""A browser's window cannot be made as narrow as a telephone's; a frame can."""


def look(page: Path, width: int, folder: Path, *, at: str = "") -> dict[str, Any]:
    """Return what a page shows.

    Parameters
    ----------
    page : Path
        An HTML file.
    width : int
        Of the page, in pixels.
    folder : Path
        For what the browser writes.
    at : str
        The part of the address behind the page, as ``#search=ladder``.

    Returns
    -------
    dict
        ``drawn`` and ``failed``, numbers of panels; ``overflow``, pixels by which the page is too wide;
        ``right`` and ``left``, the rightmost end and the least width of its charts; ``shown``, the text below
        the search.
    """
    frame = page.with_name(f"frame{width}.html")
    frame.write_text(_FRAME.replace("WIDTH", str(width)).replace("PAGE", page.name + at))
    told = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--proxy-server=127.0.0.1:9",
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1400,2000",
            "--virtual-time-budget=20000",
            "--dump-dom",
            frame.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in told.stderr, told.stderr
    found = re.search(r'<pre id="told">(.*?)</pre>', told.stdout, re.DOTALL)
    assert found
    seen: dict[str, Any] = json.loads(html.unescape(found[1]))
    return seen
