"""Which files a buildspec's patterns name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from brickline.guest import build_files
from brickline.guest.build_cache import restore, save
from brickline.guest.build_files import expression, files_below

FILES = ("a.txt", "b.csv", ".hidden", "src/main.py", "src/deep/x.py", "out/model.tar.gz", "out/logs/1.log")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "source"


@pytest.mark.parametrize(
    ("patterns", "excluded", "found"),
    [
        (["a.txt"], [], ["a.txt"]),
        (["./a.txt"], [], ["a.txt"]),
        (["*"], [], [".hidden", "a.txt", "b.csv"]),
        (["**/*"], [], sorted(FILES)),
        (["**"], [], sorted(FILES)),
        (["src/*"], [], ["src/main.py"]),
        (["src/**/*"], [], ["src/deep/x.py", "src/main.py"]),
        (["**/*.py"], ["src/deep/**"], ["src/main.py"]),
        (["*.{txt,csv}"], [], ["a.txt", "b.csv"]),
        (["[ab].*"], [], ["a.txt", "b.csv"]),
        (["?.txt", "b.csv"], [], ["a.txt", "b.csv"]),
        (["src"], [], []),
        (["none"], [], []),
        (["a.txt", "a.txt"], [], ["a.txt", "a.txt"]),
        (["**/*"], ["**/*"], []),
    ],
)
def test_patterns(source: Path, patterns: list[str], excluded: list[str], found: list[str]) -> None:
    assert [name for name, _ in files_below(source, patterns, excluded)] == found


@pytest.mark.parametrize("text", ["a{b", "a}b", "{a,{b,c}}", "a,b", "a+b(c)", "$x^"])
def test_odd_patterns_match_themselves_or_their_choices(text: str) -> None:
    matched = {"a{b": "ab", "{a,{b,c}}": "c"}.get(text, text)
    assert expression(text).fullmatch(matched)


def test_links_are_followed_unless_they_are_to_be_kept(source: Path, tmp_path: Path) -> None:
    (source / "link").symlink_to("a.txt")
    for keeps, is_link in ((True, True), (False, False)):
        target = tmp_path / f"{keeps}.zip"
        build_files._write_zip(target, {"link": source / "link"}, keeps)
        entry = zipfile.ZipFile(target).getinfo("link")
        assert ((entry.external_attr >> 16) & 0o170000 == 0o120000) == is_link


def test_a_cache_that_is_damaged_fails_nothing(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "cache.tar.gz"
    cache = {"paths": ["src/**/*"], "restore": str(archive), "save": str(archive)}
    save(cache, source)
    (source / "src/main.py").unlink()
    restore(cache)
    assert (source / "src/main.py").read_text() == "src/main.py"
    archive.write_bytes(archive.read_bytes()[:50])
    restore(cache)
    assert "Unable to restore the cache" in capsys.readouterr().out
