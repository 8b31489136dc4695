"""The architecture as a picture: what exists, what joins it, and what happens in it right now.

`found` asks the services' operations (a module per part of the system); `model` is what they answer with; `choice` says
which bricks have room; `grid` where they go, `routes` how the joints run between them; `drawing` makes the SVG.
"""
