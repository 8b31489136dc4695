"""`python -m brickline`."""

from brickline.cli import main

main()
