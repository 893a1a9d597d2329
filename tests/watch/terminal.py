"""A terminal as far as our output needs one: lines, carriage returns, clearing, moving up."""

import re

_PARTS = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


class Terminal:
    """Rows of characters and a cursor; long lines wrap."""

    def __init__(self, columns=80):
        self.columns = columns
        self.rows = [""]
        self.row = self.column = 0

    def write(self, text):
        for number, order, control, words in _PARTS.findall(text):
            if words:
                self._put(words)
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                self._down()
                self.column = 0
            elif order == "A":
                self.row -= int(number or 1)
            elif order == "J":
                self.rows[self.row :] = [self.rows[self.row][: self.column]]
            else:
                assert order == "m", f"the terminal does not know {order}"

    def _put(self, words):
        for char in words:
            if self.column == self.columns:
                self._down()
                self.column = 0
            row = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = row[: self.column] + char + row[self.column + 1 :]
            self.column += 1

    def _down(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append("")

    def become(self, columns):
        """Take another width: what was wrapped by the old one is joined, as terminals do it."""
        whole, self.rows = self.rows, []
        for row in whole:
            self.rows += [row[at : at + columns] for at in range(0, len(row), columns)] or [""]
        self.columns = columns
        self.row, self.column = len(self.rows) - 1, len(self.rows[-1])
