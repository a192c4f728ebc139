"""`python -m services.router`."""

from libs.runtime.main import main
from services.router.app import build
from services.router.settings import Settings

if __name__ == "__main__":
    main("router", Settings, build)
