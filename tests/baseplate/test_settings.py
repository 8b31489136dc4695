from __future__ import annotations

from pathlib import Path

import pytest

from brickline.baseplate.settings import PORT, BadSetting, default_data, load


def test_flags_win_over_variables_over_the_file_over_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brickline.toml").write_text(
        'region = "eu-west-1"\naccount = "111111111111"\nverify_signatures = false\n'
    )
    monkeypatch.setenv("BRICKLINE_ACCOUNT", "222222222222")
    monkeypatch.setenv("BRICKLINE_PROXY_PORT", "0")
    settings = load(tmp_path, {"region": "ap-northeast-2", "fallback": None})
    assert (settings.region, settings.account, settings.verify_signatures) == ("ap-northeast-2", "222222222222", False)
    assert (settings.port, settings.proxy_port, settings.fallback) == (PORT, 0, None)
    assert settings.data == tmp_path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('regin = "x"', "no setting 'regin'; did you mean 'region'?"),
        ('port = "many"', "port = 'many' is not a int"),
        ('verify_signatures = "perhaps"', "verify_signatures = 'perhaps'"),
        ("port = ", "brickline.toml"),
    ],
)
def test_a_bad_setting_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "brickline.toml").write_text(text)
    with pytest.raises(BadSetting, match=r"brickline\.toml") as bad:
        load(tmp_path, {})
    assert says in str(bad.value)


def test_the_data_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRICKLINE_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert default_data() == Path("/somewhere/brickline")
    monkeypatch.setenv("BRICKLINE_DATA", "/elsewhere")
    assert default_data() == Path("/elsewhere")


def test_a_data_folder_behind_a_link_is_known_by_its_real_place(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert load(tmp_path / "link", {}).data == (tmp_path / "real").resolve()
