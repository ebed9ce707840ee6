"""Learning on one core, so that a person's machine stays theirs."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Run matrix products on the calling thread alone.

    Those of one person are too small to gain from several cores, and on a busy machine threads that wait for each
    other made the same training ten times slower.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
