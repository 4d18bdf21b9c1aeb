"""Results by arguments, for as long as the value lives that they are of."""

import gc
import weakref

from workbench.core.base.weak_cache import weak_cache


class Value:
    pass


def test_a_result_is_made_once_for_each_value_and_argument_and_goes_with_the_value():
    asked = []

    @weak_cache
    def made(value: Value, size: int) -> list[int]:
        asked.append(size)
        return [size]

    first, second = Value(), Value()
    assert made(first, 1) is made(first, 1) and made(first, 2) == [2] and made(second, 1) is not made(first, 1)
    assert asked == [1, 2, 1]
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
