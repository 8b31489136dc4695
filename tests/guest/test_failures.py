"""Which part of what a command wrote explains its end."""

from __future__ import annotations

import pytest

from brickline.guest.failures import CommandFailed, explanation


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("", ""),
        ("Epoch 1\nno such option\n", "no such option"),
        ("noise\nKeyError: 'x'\nmore\nmore\n", "KeyError: 'x'\nmore"),
        (
            "RuntimeError warned\nTraceback (most recent call last):\n  File 'a', line 1\n    f()\nValueError: no\n",
            "ValueError: no",
        ),
        ("Traceback (most recent call last):\n  File 'a'\nmine.Trouble: oh\n", "mine.Trouble: oh"),
        ("Collecting x\nERROR: No matching distribution found for x\n", "ERROR: No matching distribution found for x"),
    ],
)
def test_explanation(stderr: str, said: str) -> None:
    assert explanation(stderr) == said


@pytest.mark.parametrize(("return_code", "code"), [(3, "3"), (-15, "143"), (-9, "137"), (137, "137")])
def test_a_signal_counts_as_in_a_shell(return_code: int, code: str) -> None:
    text = str(CommandFailed("ExecuteUserScriptError", ["python", "a.py"], return_code, "MemoryError\n"))
    assert text.startswith(f'ExecuteUserScriptError:\nExitCode {code}\nErrorMessage "MemoryError"\n')
    assert ("OutOfMemory" in text) == (code == "137")
    assert text.endswith('Command "python a.py"')
