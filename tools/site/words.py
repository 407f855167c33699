"""What a lecture says to those who have a kernel, said to those who have a page."""

SAID_OTHERWISE = {
    "before you run the next cell, whose output is folded until then. Your predictions stay in"
    " this notebook's kernel,": "before you unfold the answer. Your predictions stay in this page"
    " until you leave it,",
    "answer before you run the next cell; its output is folded until then.": "answer before you"
    " unfold what comes next.",
    "they never leave your kernel": "they never leave the page",
    "run this cell and the next.": "run this cell and the next in JupyterLab.",
    "Replace the three dots and run the cell; it answers at once.": "Where the answer is a number,"
    " check it here; the others are answered in JupyterLab, at once.",
    "or those who read without a kernel": "or those who read on paper",
    "Without a running kernel, read it here": "On paper, read it here",
}


def say_on_a_page(text: str) -> str:
    """A cell's prose in the page's words."""
    for said, otherwise in SAID_OTHERWISE.items():
        text = text.replace(said, otherwise)
    return text
