"""Ways to end a scan before it is done."""


class StopError(Exception):
    """What ends the scan."""


def stopping_after(blocks):
    """Return an observer, or a listener to progress, that ends a scan after so many blocks."""
    left = [blocks]

    def observe(*_):
        left[0] -= 1
        if left[0] < 0:
            raise StopError

    return observe
