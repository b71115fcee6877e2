"""`python -m cli`: the same as the `lifeloop` command."""

from cli.main import main

main()
