"""What the lectures on recurrent networks share.

Importing the package imports nothing else, so that a lecture pays only for the modules it uses.
"""

__version__ = "0.1.0"
