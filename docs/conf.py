"""How the pages are built."""

project = "ecrm_core"
author = "The ecrm_core authors"
copyright = "2026, The ecrm_core authors"

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["attrs_block", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "ecrm_core"
nitpicky = True
