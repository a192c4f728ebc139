"""What the environment tells router: nothing but what every service is told."""

from libs.runtime.settings import ServiceSettings, settings_config


class Settings(ServiceSettings):
    """`HOTLINE_ROUTER_…`."""

    model_config = settings_config("router")
