"""`python -m services.desk [serve|rebuild|replay|account add|account end|account list|retention|nightly]`."""

from libs.runtime.main import main
from services.desk.accounts import account
from services.desk.app import build, project
from services.desk.nights import nightly
from services.desk.retention import retention
from services.desk.settings import Settings

if __name__ == "__main__":
    main("desk", Settings, build, project, {"account": account, "retention": retention, "nightly": nightly})
