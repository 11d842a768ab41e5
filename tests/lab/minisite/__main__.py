"""The commands of the miniature site: up, down, enter, break, mend. See tests/lab/README.md."""
from . import commands

commands.main()
