"""`python -m services.sla [serve|rebuild|replay|audit]`."""

from libs.runtime.main import main
from services.sla.app import build, project
from services.sla.nightly import audit
from services.sla.settings import Settings

if __name__ == "__main__":
    main("sla", Settings, build, project, {"audit": audit})
