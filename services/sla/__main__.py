"""`python -m services.sla [serve|rebuild|replay]`."""

from libs.runtime.main import main
from services.sla.app import build, project
from services.sla.settings import Settings

if __name__ == "__main__":
    main("sla", Settings, build, project)
