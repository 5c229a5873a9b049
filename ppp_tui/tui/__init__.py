"""The screens: what the user sees and presses."""
