"""What users are told when something that they asked for cannot be done."""


class UserError(ValueError):
    """One sentence for the user: the place, what was found there, and what was expected."""
