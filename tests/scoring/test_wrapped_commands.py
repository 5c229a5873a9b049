"""Commands that run another command: on another machine, in a container, with a project's tools, as somebody else."""

from __future__ import annotations

import pytest

from ppp_tui.tool_output import shell
from ppp_tui.tool_output.commands import changes_nothing, passed_by_exit, runs_tests
from ppp_tui.tool_output.shell import simple_commands


@pytest.mark.parametrize(
    "wrapped",
    [
        # on another machine, in a container
        "ssh host pytest -q",
        "ssh -t -p 22 -i key ann@host -- pytest -q",
        "ssh host 'pytest -q'",
        "ssh host \"bash -lc 'pytest -q'\"",
        "vagrant ssh -c 'pytest -q'",
        "wsl -d Ubuntu -- pytest -q",
        "docker compose exec -T -e A=b web pytest -q",
        "docker exec -it web sh -c 'pytest -q'",
        "podman run --rm -v .:/app image pytest -q",
        "kubectl -n shop exec -it pod -c web -- pytest -q",
        "distrobox enter box -- pytest -q",
        # with the tools of a project
        "nix develop -c pytest -q",
        "nix develop .#ci --command bash -c 'pytest -q'",
        "nix-shell -p python3 --run 'pytest -q'",
        "guix shell python -- pytest -q",
        "direnv exec . pytest -q",
        "devbox run pytest -q",
        "devbox run -- pytest -q",
        "mise exec python@3.12 -- pytest -q",
        "mise x -c 'pytest -q'",
        "flox activate -d . -- pytest -q",
        "flox activate -c 'pytest -q'",
        "uv --directory app run --with x pytest -q",
        "uv run python -m pytest -q",
        "uv tool run pytest -q",
        "uvx --with x pytest -q",
        "poetry -C app run pytest -q",
        "pdm run pytest -q",
        "hatch run pytest -q",
        "rye run pytest -q",
        "pixi run -e dev pytest -q",
        "pyenv exec pytest -q",
        "dotenv -f .env run -- pytest -q",
        "doppler run -- pytest -q",
        # as somebody else, for so long, with other variables and streams
        "sudo -E -u ann pytest -q",
        "su - ann -c 'pytest -q'",
        "runuser -u ann -- pytest -q",
        "timeout --kill-after=5 -s KILL 60s pytest -q",
        "env -u HOME -C app A=b pytest -q",
        "env -S 'A=b pytest -q'",
        "xvfb-run -a -s '-screen 0 1x1x24' pytest -q",
        "/usr/bin/time -v pytest -q",
        "nice -n 10 ionice -c 3 pytest -q",
        "stdbuf -o L pytest -q",
        "script -qec 'pytest -q' /dev/null",
        "script -q /dev/null pytest -q",
        "flock /tmp/lock pytest -q",
        "setsid -w nohup pytest -q",
        "ls | xargs -n 1 pytest -q",
    ],
)
def test_a_wrapped_command_is_the_one_that_runs(wrapped: str) -> None:
    *_, last = simple_commands(wrapped)
    assert (last.words, last.program) == (("pytest", "-q"), "pytest")


@pytest.mark.parametrize(
    "wrapped",
    [
        "npx --yes jest",
        "npx -p jest -c 'jest'",
        "pnpm --filter web exec jest",
        "pnpm dlx jest",
        "yarn jest",
        "yarn run jest",
        "yarn dlx jest",
        "bunx jest",
        "bun x jest",
        "bun run jest",
        "npm exec -- jest",
        "fnm exec --using 20 npx jest",
        "volta run --node 20 jest",
        "ssh host 'cd web && npx jest'",
    ],
)
def test_a_package_that_is_run_is_the_command(wrapped: str) -> None:
    *_, last = simple_commands(wrapped)
    assert last.words == ("jest",)


def test_a_command_of_another_machine_is_parted_like_one_of_this() -> None:
    parts = simple_commands("ssh host 'cd shop && pytest -q | tail -3' && ls")
    assert [(" ".join(part.words), part.joined_by, part.is_elsewhere) for part in parts] == [
        ("cd shop", "&&", True),
        ("pytest -q", "|", True),
        ("tail -3", "&&", True),
        ("ls", "", False),
    ]
    assert passed_by_exit("ssh host 'cd shop && pytest -q'", 1, "failed") is False
    assert passed_by_exit("ssh host 'pytest | tail -3'", 0, "ok") is None


@pytest.mark.parametrize("command", ["ssh host", "timeout 60", "nix develop", "docker compose exec web", "bundle exec"])
def test_a_wrapper_without_a_command_is_what_it_is(command: str) -> None:
    assert simple_commands(command)[0].words == tuple(command.split())


@pytest.mark.parametrize(
    "command",
    [
        "bash <<'EOF'\ncd app\npytest -q\nEOF",
        "ssh host <<EOF\ncd app\npytest -q\nEOF",
        "ssh -p 22 host 'bash -s' <<-'END'\npytest -q\n\tEND",
        "docker compose exec -T web sh -e <<EOF\npytest -q\nEOF",
        "cat > a.txt <<A && bash <<B\nnotes\nA\npytest -q\nB",
    ],
)
def test_a_document_that_a_shell_reads_is_its_command(command: str) -> None:
    *_, last = simple_commands(command)
    assert last.words == ("pytest", "-q")


@pytest.mark.parametrize(
    "command",
    [
        "cat <<'EOF'\npytest -q\nEOF",
        "ssh host 'cat > run.sh' <<EOF\npytest -q\nEOF",
        "bash run.sh <<EOF\npytest -q\nEOF",
        "python - <<'EOF'\npytest -q\nEOF",
        "bash <<A; cat <<B\nls\nA\npytest -q\nB",
    ],
)
def test_a_document_that_is_only_written_is_no_command(command: str) -> None:
    assert not runs_tests(command)


@pytest.mark.parametrize(
    "command",
    [
        "fish -c 'pytest -q'",
        "nu -c 'pytest -q'",
        'ksh -c "pytest -q"',
        "busybox sh -c 'pytest -q'",
        "bash -euo pipefail -c 'pytest -q'",
        "bash --rcfile ~/.rc -ic 'pytest -q'",
        '& "C:\\Program Files\\Py\\python.exe" -m pytest -q',
        "python3.12 -X dev -W error -I -m pytest -q",
        "watch -n 5 pytest -q",
        "git ls-files | entr -c pytest -q",
        "hyperfine --runs 3 'pytest -q'",
        "parallel -j 2 pytest -q ::: a b",
    ],
)
def test_shells_and_repeaters_run_the_command_that_they_are_given(command: str) -> None:
    assert runs_tests(command)


@pytest.mark.parametrize(
    ("command", "passed"),
    [
        ("out=$(pytest -q)", True),
        ('out="$(cd x && pytest -q 2>&1)"', True),
        ("out=`pytest -q`", True),
        ('out=$(pytest -q); echo "$out"', None),
        ('if ! out=$(pytest -q 2>&1); then echo "$out"; fi', None),
        ('echo "$(pytest -q)"', None),
        ("diff <(pytest -q) expected", None),
        ("log=$(mktemp) && pytest -q", True),
    ],
)
def test_command_whose_output_is_taken_is_run(command: str, passed: bool | None) -> None:
    assert runs_tests(command)
    assert passed_by_exit(command, 0, "ok") is passed


@pytest.mark.parametrize(
    "command",
    [
        "echo '$(pytest -q)'",
        'echo "\\$(pytest -q)"',
        'gh pr create --body "Run `pytest -q` first"',
        "git commit -m \"$(cat <<'EOF'\nRun $(pytest -q), it's fast :)\nEOF\n)\"",
        "echo $((pytest + 1))",
        "kill $(pgrep pytest)",
    ],
)
def test_command_that_is_only_written_down_is_not_run(command: str) -> None:
    assert not runs_tests(command)


def test_command_whose_output_is_taken_counts_as_one_that_changes_something() -> None:
    assert not changes_nothing("echo $(make install)")
    assert changes_nothing("git diff $(git merge-base main HEAD)")


@pytest.mark.parametrize("piece", ["$(", '"$(', "'$(", "<("])
def test_substitutions_that_nothing_closes_are_not_looked_for_again_and_again(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[int] = []

    def closing(_command: str, place: int) -> int:
        searches.append(place)
        return 0

    monkeypatch.setattr(shell, "_closing", closing)
    assert simple_commands("pytest -q; " + piece * 3000)[0].words == ("pytest", "-q")
    assert len(searches) <= 3
