"""Where the cursor is in the recursion, and how to move it."""
