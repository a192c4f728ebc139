"""`python -m libs.cli` is `hotline`."""

from libs.cli.main import main

main()
