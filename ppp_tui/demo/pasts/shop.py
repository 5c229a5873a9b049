"""The shop before its login: a cart that forgets, a rounding error, a review, and a context that was condensed once."""

from __future__ import annotations

from ppp_tui.demo.acts import AskUser, Compact, Delegate, Edit, Read, Run, Say, ScriptedTurn, Search, Think

_BASKET_FAILURE = """\
..F.F                                                                    [100%]
=================================== FAILURES ===================================
_____________________________ test_two_tabs_add_up _____________________________
>       assert basket.total() == 1998
E       assert 999 == 1998
tests/test_cart.py:41: AssertionError
FAILED tests/test_cart.py::test_two_tabs_add_up - assert 999 == 1998
FAILED tests/test_cart.py::test_reload_keeps_items - KeyError: 'items'
2 failed, 3 passed in 1.84s"""

TURNS = (
    ScriptedTurn(
        "The cart loses items when two tabs are open. Find out why.",
        (
            Think("Two tabs share a session. If both write the whole cart, the later one wins.", 6),
            Run(
                "git log --oneline -8 && ls", "1f0c2aa Round prices\n9ab41d0 First cart", 0.5, 0, "Look at the project"
            ),
            Read("cart.py", 140),
            Read("app.py", 90),
            Search("session\\['cart'\\]", "cart.py:9: session['cart'] = items\ncart.py:17: del session['cart']"),
            Say("Every request writes the whole cart back. I write a test that has two tabs before I change that."),
            Edit("tests/test_cart.py", "# carts", "def test_two_tabs_add_up(client):\n    add(client, 999, tab=1)"),
            Run("python -m pytest -q tests/test_cart.py", _BASKET_FAILURE, 6.2, 1, "Run the tests of the cart"),
            Think("It fails as reported, and a second test shows that a reload of an empty cart fails, too.", 5),
        ),
        "Both tabs read the cart, add to their own copy and write the whole of it: the later one wins. Two tests show "
        "it. I would store items by their id and write single items.",
        380,
    ),
    ScriptedTurn(
        "Do that.",
        (
            Edit(
                "cart.py", "session['cart'] = items", "items = session.setdefault('cart', {})\nitems[item.id] = count"
            ),
            Edit("cart.py", "del session['cart']", "session.pop('cart', None)"),
            Run(
                "python -m pytest -q tests/test_cart.py",
                "....F\n1 failed, 4 passed in 1.71s",
                5.8,
                1,
                "Run the tests of the cart",
            ),
            Think("The session is not marked as modified when a value inside of it changes.", 4),
            Edit("cart.py", "items[item.id] = count", "items[item.id] = count\nsession.modified = True"),
            Run(
                "python -m pytest -q tests/test_cart.py",
                ".....\n5 passed in 1.66s",
                5.5,
                0,
                "Run the tests of the cart",
            ),
            Run("python -m pytest -q", "." * 38 + "\n38 passed in 9.20s", 11.4, 0, "Run all tests"),
        ),
        "Items are written one by one now, and the session is told that it changed. All 38 tests pass.",
        560,
    ),
    ScriptedTurn(
        "Prices are off by a cent in the invoice. Same cause?",
        (
            Search("round\\(", "prices.py:12: return round(net * 1.19, 2)\ninvoice.py:30: round(sum(lines), 2)"),
            Read("prices.py", 60),
            Read("invoice.py", 180),
            Think("No: the tax is rounded for each line and again for the sum. Both are right for different laws.", 7),
            AskUser(
                "Shall tax be rounded once per invoice or once per line?", ("Per invoice", "Per line"), "Per line", 48
            ),
            Edit("invoice.py", "round(sum(lines), 2)", "sum(line.gross for line in lines)"),
            Run(
                "python -m pytest -q tests/test_invoice.py",
                "........\n8 passed in 0.92s",
                3.1,
                0,
                "Run the invoice's tests",
            ),
        ),
        "Another cause: tax was rounded per line and once more for the sum. It is rounded per line only, as you said.",
        300,
    ),
    ScriptedTurn(
        "Let somebody look through the whole checkout for more of that kind.",
        (
            Delegate(
                "Find every place that rounds money",
                (
                    Search("round|quantize|int\\(", "prices.py:12\nshipping.py:8\nvoucher.py:22\ninvoice.py:30"),
                    Read("shipping.py", 70),
                    Read("voucher.py", 110),
                    Think("Vouchers cut instead of rounding: int() takes the cents away.", 4),
                ),
                "voucher.py:22 cuts cents away with int(); shipping.py and prices.py round to even.",
            ),
            Delegate(
                "Check the currency code of every price",
                (
                    Search("currency", "prices.py:3: CURRENCY = 'EUR'\nexport.py:15: 'USD'"),
                    Read("export.py", 95),
                    Run("git blame -L 15,15 export.py", "9ab41d0 (dev) 'USD'", 0.4, 0, "AskUser who wrote the line"),
                ),
                "export.py:15 writes USD into a file that holds euros.",
            ),
            Think("Two real findings. The currency one is worse: somebody imports that file.", 5),
            Edit("voucher.py", "int(value * share)", "round_half_up(value * share)"),
            Edit("export.py", "'USD'", "CURRENCY"),
            Run("python -m pytest -q", "." * 36 + "FF\n2 failed, 36 passed in 9.41s", 11.8, 1, "Run all tests"),
            Read("tests/test_export.py", 50),
            Edit("tests/test_export.py", "USD", "EUR"),
            Run("python -m pytest -q", "." * 38 + "\n38 passed in 9.12s", 11.2, 0, "Run all tests"),
        ),
        "Two more were found and mended: vouchers cut cents away, and the export called euros dollars. Two tests had "
        "written that mistake down; they expect EUR now.",
        840,
    ),
    ScriptedTurn(
        "Good. Speed up the product list, it takes two seconds.",
        (
            Run(
                "python -m cProfile -s cumtime list.py | head -20",
                "  401 calls  1.92s  db.py:31(query)",
                4.4,
                0,
                "Profile the product list",
            ),
            Think("401 queries for 400 products: one query per product for its stock.", 6),
            Read("db.py", 130),
            Edit(
                "db.py",
                "SELECT stock FROM items WHERE id = ?",
                "SELECT id, stock FROM items WHERE id IN (SELECT id FROM page)",
            ),
            Run(
                "python bench.py list",
                "Traceback (most recent call last):\nsqlite3.OperationalError: no such table: page",
                1.3,
                1,
                "Measure the list",
            ),
            Edit("db.py", "(SELECT id FROM page)", "(SELECT value FROM json_each(?))"),
            Run("python bench.py list", "list of 400: 0.041 s", 1.6, 0, "Measure the list"),
            Run("python -m pytest -q", "." * 38 + "\n38 passed in 8.02s", 10.1, 0, "Run all tests"),
        ),
        "The list asks two queries instead of 401: 41 ms instead of 1.9 s.",
        240,
    ),
    ScriptedTurn(
        "Write a migration for the index that needs, and tell me what it does to a table of ten million rows.",
        (
            Read("migrations/0012_items.sql", 30),
            Run("sqlite3 big.db < migrations/0013_stock.sql", "", 38, 0, "Try the migration on a large copy"),
            Run("du -h big.db", "2.1G\tbig.db", 0.3, 0, "Look at the size"),
            Compact(14_000, "The cart writes single items, tax is rounded per line, and the list has one query."),
            Think("Thirty-eight seconds under an exclusive lock is too long for the morning, fine at night.", 5),
            Edit("migrations/0013_stock.sql", "-- index", "CREATE INDEX items_stock ON items (id, stock);"),
        ),
        "It takes 38 s and 160 MB, and nobody can write meanwhile. Run it at night; the list works without it so far.",
        480,
    ),
)
