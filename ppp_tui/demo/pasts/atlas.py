"""The map before zoom level 12: a projection that was wrong, labels that overlap, and a long look at memory."""

from __future__ import annotations

from ppp_tui.demo.acts import AskUser, Delegate, Edit, Read, Run, Say, ScriptedTurn, Search, Think

TURNS = (
    ScriptedTurn(
        "Zoom level 11 has a seam along the date line.",
        (
            Run("make tiles ZOOM=11 BBOX=179,-20,-179,-10", "rendered 12 tiles", 7, 0, "Render the seam alone"),
            Search("lon", "project.py:18: x = (lon + 180) / 360\nproject.py:40: lon % 360"),
            Read("project.py", 120),
            Think("Features that cross the line are clipped twice, and the clip on the left loses one pixel.", 8),
            Edit("project.py", "x = (lon + 180) / 360", "x = ((lon + 180) % 360) / 360"),
            Run(
                "python -m pytest -q tests/test_project.py",
                "....F..\n1 failed, 6 passed in 0.61s",
                2.2,
                1,
                "Run the projection's tests",
            ),
            Think("The test at exactly 180° wants 1.0, and gets 0.0. Both name the same meridian.", 5),
            AskUser(
                "Which side does the date line belong to?",
                ("West, x = 0", "East, x = 1", "Both tiles"),
                "Both tiles",
                66,
            ),
            Edit("project.py", "return x", "return (x, 1.0) if x == 0.0 else (x,)"),
            Run(
                "python -m pytest -q tests/test_project.py",
                ".......\n7 passed in 0.58s",
                2.1,
                0,
                "Run the projection's tests",
            ),
        ),
        "The line belongs to both tiles now, and the seam is gone in the twelve tiles around it.",
        520,
    ),
    ScriptedTurn(
        "Labels overlap in cities. Fix the worst ones.",
        (
            Delegate(
                "Count overlapping labels per tile",
                (
                    Run(
                        "python tools/overlaps.py --zoom 11",
                        "tile 11/1057/693: 41 overlaps\ntile 11/1057/694: 29",
                        16,
                        0,
                        "Count overlaps",
                    ),
                    Read("tools/overlaps.py", 60),
                ),
                "Nine tiles have more than twenty overlaps; all of them are river names over streets.",
            ),
            Read("labels.py", 210),
            Think("Rivers are placed first, because they come first in the file. Rank should decide.", 6),
            Edit("labels.py", "for label in labels:", "for label in sorted(labels, key=rank):"),
            Edit("labels.py", "return boxes", "return [box for box in boxes if not index.hits(box)]"),
            Run("make tiles ZOOM=11 CITY=all", "make: *** [tiles] Error 137", 41, 2, "Render all cities"),
            Think("137 is a kill for memory. The index keeps every box of every tile.", 5),
            Say("The renderer was killed: my index keeps all boxes. It has to be emptied with every tile."),
            Edit("labels.py", "index = Index()", "with Index() as index:"),
            Run("make tiles ZOOM=11 CITY=all", "rendered 188 tiles\npeak memory 412 MB", 52, 0, "Render all cities"),
            Run("python tools/overlaps.py --zoom 11", "tile 11/1057/693: 2 overlaps", 15, 0, "Count overlaps again"),
        ),
        "From 41 overlaps in the worst tile to 2. Memory stays at 412 MB, since the index lives for one tile only.",
        680,
    ),
    ScriptedTurn(
        "Why does rendering take four times as long as last month?",
        (
            Run("git log --since=5.weeks --oneline | wc -l", "63", 0.4, 0, "Count the commits"),
            Run(
                "git bisect run ./time_tile.sh",
                "c07fd1a is the first bad commit\nAntialias every edge",
                118,
                0,
                "Find the slow commit",
            ),
            Read("raster.py", 260),
            Think("Every edge is drawn at four times the size, even those that are straight.", 9),
            Edit("raster.py", "scale = 4", "scale = 4 if path.is_curved else 1"),
            Run("./time_tile.sh", "0.31 s a tile", 6, 0, "Measure a tile"),
            Run("python -m pytest -q", "." * 51 + "\n51 passed in 22.40s", 25, 0, "Run all tests"),
        ),
        "One commit draws all edges at four times their size. Only curves need that: 0.31 s a tile, not 1.2 s.",
        360,
    ),
)
