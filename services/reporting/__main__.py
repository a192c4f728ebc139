"""`python -m services.reporting [serve|rebuild|replay]`."""

from libs.runtime.main import main
from services.reporting.app import build, project
from services.reporting.settings import Settings

if __name__ == "__main__":
    main("reporting", Settings, build, project)
