"""The settings of this process, or exit code 2 with all of their problems at once."""

from core.kit import log
from core.kit.settings import Settings, load_settings
from core.kit.settings_sources import SettingsError


def settings_or_exit(**override: object) -> Settings:
    """The settings, with what the command line says above them. Raises SettingsError, which the root tells."""
    settings = load_settings()
    if override:
        plain = {name: getattr(settings, name) for name in type(settings).model_fields}
        try:
            settings = Settings.model_validate({**plain, **override})
        except ValueError as wrong:
            raise SettingsError([str(wrong)]) from wrong
    log.configure(format=settings.log.format, level=settings.log.level)
    return settings
