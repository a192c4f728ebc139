"""`python -m services.portal [serve|rebuild|replay]`."""

from libs.runtime.main import main
from services.portal.app import build, project
from services.portal.settings import Settings

if __name__ == "__main__":
    main("portal", Settings, build, project)
