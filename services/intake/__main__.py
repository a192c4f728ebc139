"""`python -m services.intake`."""

from libs.runtime.main import main
from services.intake.app import build
from services.intake.settings import Settings

if __name__ == "__main__":
    main("intake", Settings, build)
