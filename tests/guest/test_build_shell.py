"""The one shell of a build: what stays from one command to the next, whatever a command does to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brickline.guest.build_shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path / "shell", tmp_path)
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("commands", "statuses"),
    [
        (["true", "false", "exit 7", "true"], [0, 1, 7, 0]),
        (["no-such-command-here"], [127]),
        (["if then"], [2]),
        (["kill -9 $$", "true"], [137, 0]),
        (["exec false", "true"], [1, 0]),
        (["set -e", "false", "true"], [0, 1, 0]),
        (["false | true", "set -o pipefail", "false | true"], [0, 0, 1]),
        (["set -u", "echo $NOT_SET", "true"], [0, 1, 0]),
        (["false\ntrue"], [0]),
        (["true\nfalse"], [1]),
        (["cat <<EOF > /dev/null\na\nEOF"], [0]),
        (["read line"], [1]),
        (["sleep 100 & echo", "kill $!", "wait $!"], [0, 0, 143]),
        (["return 3"], [3]),
        (["(exit 4)"], [4]),
        (["exit $#"], [0]),
    ],
)
def test_the_status_of_each_command(shell: Shell, commands: list[str], statuses: list[int]) -> None:
    assert [shell.run(command) for command in commands] == statuses


@pytest.mark.parametrize("ending", ["true", "exit 0", "exit 3", "set -e; false", "kill -9 $$"])
@pytest.mark.parametrize(
    ("change", "question", "answer"),
    [
        ("export A='x y'", "echo $A", "x y"),
        ("A=only-mine", "echo $A; env | grep -c ^A=", "only-mine\n0"),
        ("mkdir -p 'a b'; cd 'a b'", 'basename "$PWD"', "a b"),
        ("f() { echo from f; }", "f", "from f"),
        ("alias hello='echo alias'", "hello", "alias"),
        ("declare -a list=(1 '2 3')", 'echo "${list[1]}"', "2 3"),
        ("umask 027", "umask", "0027"),
        ("shopt -s nullglob", "echo *.nothing", ""),
        ("export -n A; unset A", "echo ${A-unset}", "unset"),
    ],
)
def test_what_a_command_changes_stays(
    shell: Shell, tmp_path: Path, change: str, question: str, answer: str, ending: str
) -> None:
    shell.run(change)
    shell.run(ending)
    shell.run("set +e")
    shell.run(f"{{ {question}\n}} > {tmp_path}/answer")
    assert (tmp_path / "answer").read_text().rstrip("\n") == answer


def test_a_shell_that_does_not_last_is_new_for_each_command(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "shell", tmp_path, lasting=False)
    assert [shell.run("export A=1; cd /"), shell.run(f'[ -z "$A" ] && [ "$PWD" = {tmp_path} ]')] == [0, 0]


def test_variables_and_texts_can_be_asked_for(shell: Shell) -> None:
    shell.run("A='two\nlines'; B=; export C=3")
    assert shell.values(["A", "B", "C", "D"]) == {"A": "two\nlines", "B": "", "C": "3"}
    assert shell.expand('x-$C-$(echo "y")-"z"') == 'x-3-y-"z"'


def test_tracing_shows_the_commands_and_little_else(shell: Shell, capfd: pytest.CaptureFixture[str]) -> None:
    shell.run("set -x")
    shell.run("echo traced")
    assert "__brickline" not in capfd.readouterr().err
