"""The board: a page and an API that show what a watch finds, served beside it."""
