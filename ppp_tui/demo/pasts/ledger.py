"""The ledger before its cents: a report that does not add up, an import that stops, and tests that were missing."""

from __future__ import annotations

from ppp_tui.demo.acts import AskUser, Delegate, Edit, Read, Run, ScriptedTurn, Search, Think

TURNS = (
    ScriptedTurn(
        "The report of October is 0.03 short. Where are the three cents?",
        (
            Read("report.py", 90),
            Read("export.py", 70),
            Run("python report.py 2026-10", "total 18,204.27", 1.4),
            Run("sqlite3 ledger.db 'SELECT sum(amount) FROM entries'", "18204.299999999996", 0.6),
            Think("**Comparing two sums**\n\nThe database adds in another order than the report does.", 6),
            Search("amount", "models.py:7: amount: float\nreport.py:31: total = 0.0\nimporter.py:44: float(row[3])"),
        ),
        "Amounts are floats, and the report adds them in another order than the database. Every sum is a little off; "
        "in October it shows.",
        440,
    ),
    ScriptedTurn(
        "How many places would have to change for whole cents?",
        (
            Delegate(
                "List every function that takes or returns an amount",
                (
                    Search("float|amount", "models.py:7\nreport.py:31\nimporter.py:44\nexport.py:12"),
                    Read("importer.py", 120),
                    Read("models.py", 40),
                ),
                "Eleven functions in four files; importer.py parses text and is the only way in.",
            ),
            Run("pytest -q --co | tail -1", "19 tests collected in 0.31s", 1.2),
            Run("pytest -q --cov=importer", "19 passed\nimporter.py 41%", 6.5),
            Think("**Judging the risk**\n\nThe importer is where text becomes a number, and it is hardly tested.", 7),
        ),
        "Eleven functions in four files. The importer is the only way in, and only 41 % of it is tested: I would write "
        "those tests first.",
        600,
    ),
    ScriptedTurn(
        "Yes, tests first.",
        (
            AskUser("Which separators do your banks use?", ("1,234.56", "1.234,56", "both"), "both", 37),
            Edit("tests/test_importer.py", "# amounts", "@pytest.mark.parametrize('text', ['1,234.56', '1.234,56'])"),
            Run("pytest -q tests/test_importer.py", ".F..F.\n2 failed, 4 passed in 0.44s", 2.8, 1),
            Read("importer.py", 120),
            Edit("importer.py", "float(row[3])", "parse_amount(row[3])"),
            Run("pytest -q tests/test_importer.py", "....F.\n1 failed, 5 passed in 0.43s", 2.7, 1),
            Think("**A minus behind the number**\n\nOne bank writes 12,00- for a payment.", 5),
            Edit("importer.py", "text.strip()", "text.strip().removesuffix('-')"),
            Run("pytest -q", "." * 25 + "\n25 passed in 6.90s", 8.4),
        ),
        "Six new tests, three of which found mistakes: both separators are read now, and so is a minus at the end.",
        320,
    ),
)
