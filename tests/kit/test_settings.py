"""Settings: precedence, secret files, and clear refusals of what is unknown or wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.kit.settings import Settings, is_loopback, load_settings
from core.kit.settings_sources import SettingsError

SECRET = "marker-5f2c91"


def refused(environ: dict[str, str], folder: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, folder)
    return str(caught.value)


def source_of(settings: Settings, key: str) -> tuple[str, str]:
    return next((row.value, row.source) for row in settings.describe() if row.key == key)


def test_defaults_are_the_small_agency_on_loopback(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert settings.database_url.get_secret_value() == "sqlite:///var/banli.sqlite3"
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8080, False)
    assert settings.limits.upload_bytes == 20 * 1024 * 1024
    assert settings.agency.name["en"]
    assert {row.source for row in settings.describe()} == {"default"}


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "banli.toml").write_text(
        'port = 9000\nhost = "::1"\n[limits]\npages = 20\npixels = 2000000\n[agency]\nname_zh = "甲"\n'
    )
    settings = load_settings({"BANLI_PORT": "9001", "BANLI_LIMITS__PAGES": "30"}, tmp_path)
    assert (settings.port, settings.host) == (9001, "::1")
    assert (settings.limits.pages, settings.limits.pixels, settings.limits.check_seconds) == (
        30,
        2_000_000,
        10,
    )
    assert settings.agency.name["zh-CN"] == "甲"
    assert source_of(settings, "port") == ("9001", "environment BANLI_PORT")
    assert source_of(settings, "limits.pixels") == ("2000000", "banli.toml limits.pixels")
    assert source_of(settings, "limits.check_seconds") == ("10", "default")


def test_a_named_env_file_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    (tmp_path / "site.env").write_text('BANLI_PORT=9002\nBANLI_LOG__LEVEL="debug"\n')
    settings = load_settings({"BANLI_CONFIG": "site.env"}, tmp_path)
    assert (settings.port, settings.log.level) == (9002, "debug")
    assert source_of(settings, "port") == ("9002", "site.env BANLI_PORT")
    assert "BANLI_CONFIG names a file that is not there" in refused({"BANLI_CONFIG": "no.toml"}, tmp_path)


def test_a_secret_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"k1:{SECRET}\n")
    (tmp_path / "url").write_text(f"postgresql://banli:{SECRET}@db/banli")
    settings = load_settings({"BANLI_KEYS_FILE": "keys", "BANLI_DATABASE_URL_FILE": "url"}, tmp_path)
    assert settings.keys is not None
    assert settings.keys.get_secret_value() == f"k1:{SECRET}"
    assert SECRET in settings.database_url.get_secret_value()
    for shown in (repr(settings), str(settings), str(settings.describe()), settings.model_dump_json()):
        assert SECRET not in shown
    assert source_of(settings, "keys") == ("set", "environment BANLI_KEYS_FILE")
    assert source_of(settings, "redis_url") == ("unset", "default")


def test_a_secret_file_of_the_toml_file_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(SECRET)
    (tmp_path / "banli.toml").write_text('keys_file = "keys"\n')
    settings = load_settings({}, tmp_path)
    assert settings.keys is not None
    assert settings.keys.get_secret_value() == SECRET
    assert source_of(settings, "keys") == ("set", "banli.toml keys_file")


def test_a_secret_file_that_is_missing_empty_or_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    assert "cannot be read: No such file" in refused({"BANLI_KEYS_FILE": "gone"}, tmp_path)
    assert "is empty" in refused({"BANLI_KEYS_FILE": "empty"}, tmp_path)
    both = refused({"BANLI_KEYS_FILE": "empty", "BANLI_KEYS": SECRET}, tmp_path)
    assert "BANLI_KEYS and BANLI_KEYS_FILE are both set" in both
    assert SECRET not in both


def test_only_secrets_have_a_file_form(tmp_path: Path) -> None:
    assert "BANLI_PORT_FILE is not a setting" in refused({"BANLI_PORT_FILE": "port"}, tmp_path)


def test_unknown_names_are_refused_everywhere_all_at_once_with_a_guess(tmp_path: Path) -> None:
    (tmp_path / "banli.toml").write_text("hots = 1\n[limits]\npagse = 3\n[agenda]\nx = 1\n")
    said = refused({"BANLI_PROT": "1", "BANLI_LIMITS__PIXEL": "1", "HOME": "/root"}, tmp_path)
    assert "environment: BANLI_PROT is not a setting; did you mean BANLI_PORT?" in said
    assert "BANLI_LIMITS__PIXEL is not a setting; did you mean BANLI_LIMITS__PIXELS?" in said
    assert "banli.toml: hots is not a setting; did you mean host?" in said
    assert "limits.pagse is not a setting; did you mean limits.pages?" in said
    assert "agenda.x is not a setting" in said


def test_foreign_names_in_our_env_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BANIL_PORT=1\n")
    assert ".env: BANIL_PORT is not a setting; names begin with BANLI_" in refused({}, tmp_path)


def test_the_test_suites_own_variables_and_empty_ones_are_no_settings(tmp_path: Path) -> None:
    settings = load_settings({"BANLI_TEST_POSTGRES": "x", "BANLI_PORT": "", "BANLI_REDIS_URL": ""}, tmp_path)
    assert settings.port == 8080
    assert settings.redis_url is None


def test_wrong_values_are_told_by_name_and_source_but_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "banli.toml").write_text(f'[log]\nlevel = "{SECRET}"\n')
    said = refused({"BANLI_PORT": "99999", "BANLI_DEMO": SECRET}, tmp_path)
    assert "environment BANLI_PORT: Input should be less than or equal to 65535" in said
    assert "environment BANLI_DEMO: Input should be a valid boolean" in said
    assert "banli.toml log.level: Input should be 'debug', 'info'" in said
    assert SECRET not in said


def test_a_file_that_is_no_toml_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "banli.toml").write_text("port = = 1")
    assert "banli.toml cannot be read" in refused({}, tmp_path)
    (tmp_path / "banli.toml").write_bytes(b"\xff\xfe\x00")
    assert "banli.toml cannot be read" in refused({}, tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org", ""])
def test_demo_mode_binds_only_to_loopback(host: str) -> None:
    with pytest.raises(ValidationError, match="demo mode"):
        Settings(demo=True, host=host)
    assert Settings(demo=False, host=host).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_demo_mode_accepts_every_form_of_loopback(host: str) -> None:
    assert is_loopback(host)
    assert Settings(demo=True, host=host).demo


def test_given_settings_ignore_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BANLI_PORT", "9009")
    assert Settings().port == 8080
    assert load_settings(folder=tmp_path).port == 9009


def test_the_base_url_is_the_public_one_or_where_we_listen() -> None:
    assert Settings().base_url == "http://127.0.0.1:8080"
    assert Settings(host="::1", port=9000).base_url == "http://[::1]:9000"
    assert Settings(public_url="https://banli.example/desk/").base_url == "https://banli.example/desk"
    with pytest.raises(ValidationError):
        Settings(public_url="javascript:alert(1)")


KEY = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOK = f'[hooks.crm]\nurl = "https://crm.example/in?token={SECRET}"\nsecret = "{KEY}"\n'


def test_hooks_stand_under_names_of_the_operators_choice(tmp_path: Path) -> None:
    (tmp_path / "banli.toml").write_text(HOOK)
    (tmp_path / "old").write_text(KEY)
    environ = {
        "BANLI_HOOKS__CRM__SECONDS": "3",
        "BANLI_HOOKS__CRM__OLD_SECRET_FILE": "old",
        "BANLI_HOOKS__BOOKS__URL": "http://10.0.0.5:8000/in",
        "BANLI_HOOKS__BOOKS__SECRET": KEY,
        "BANLI_HOOKS__BOOKS__PRIVATE": "true",
    }
    settings = load_settings(environ, tmp_path)
    crm = settings.hooks["crm"]
    assert (crm.seconds, crm.signing_keys[0]) == (3, crm.signing_keys[1])
    assert settings.hooks["crm"].origin == "https://crm.example"
    assert source_of(settings, "hooks.crm.url") == ("https://crm.example/in", "banli.toml hooks.crm.url")
    assert source_of(settings, "hooks.books.secret") == ("set", "environment BANLI_HOOKS__BOOKS__SECRET")
    for shown in (
        repr(settings),
        str(settings.describe()),
        settings.model_dump_json(exclude={"hooks": {"crm": {"url"}}}),
    ):
        assert KEY not in shown
    assert SECRET not in str(settings.describe())


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (HOOK.replace("https", "http"), "use https, or set private = true"),
        (HOOK.replace("https", "ftp"), "is not an address such as"),
        (HOOK.replace("crm.example", "me:pw@crm.example"), "names a user"),
        (HOOK.replace(KEY, "abc"), "hooks.crm.secret: a secret is whsec_"),
        (HOOK.replace(KEY, "whsec_c2hvcnQ="), "hooks.crm.secret: a secret is whsec_"),
        (HOOK.replace("secret", "sercet"), "hooks.crm.sercet is not a setting; did you mean hooks.crm.secret?"),
        (HOOK.replace("hooks.crm", 'hooks."My CRM"'), "should match pattern"),
        (HOOK + "seconds = 31\n", "hooks.crm.seconds: Input should be less than or equal to 30"),
        ('[hooks.crm]\nurl = "https://crm.example"\n', "BANLI_HOOKS__CRM__SECRET: Field required"),
        (HOOK + 'secret_file = "x"\n', "hooks.crm.secret and hooks.crm.secret_file are both set"),
    ],
)
def test_a_hook_that_cannot_be_used_is_refused_without_its_secrets(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "banli.toml").write_text(written)
    (tmp_path / "x").write_text(KEY)
    told = refused({}, tmp_path)
    assert said.lower() in told.lower()
    assert KEY not in told
    assert SECRET not in told
