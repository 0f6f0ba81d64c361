#pragma once
// Of the browser module alone.

#include <cstddef>

namespace tsunagi {

// Ends a block that malloc() gave, and all that was taken after it.
void release_from(void* memory);

}  // namespace tsunagi
