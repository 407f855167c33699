"""Sphinx's settings; paths come from `tools.site.__main__`, which writes the sources."""

import os

project = html_title = "Recurrent networks, live"
author = "rnn lectures"
project_copyright = "MIT licence"
extensions = ["myst_nb", "tools.site.formulas"]
exclude_patterns = ["extra", "_static", "jupyter_execute", "html"]

nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3

html_math_renderer = "katex"

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_favicon = "icon.svg"
html_static_path = ["_static"]
html_extra_path = ["extra"]
html_css_files = ["katex/katex.min.css", *os.environ["STYLES"].split()]
html_js_files = os.environ["SCRIPTS"].split()
html_theme_options = {
    "light_css_variables": {"font-stack": "system-ui, 'Noto Sans', 'Noto Sans KR', sans-serif"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
