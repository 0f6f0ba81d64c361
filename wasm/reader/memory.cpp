// The reader's heap: blocks of powers of two, kept in a list a size once freed. A picture is looked
// through in many ways and lets go of most of what it takes, so here blocks are used again (unlike
// in the card's module, bindings/memory.cpp); nothing is ever joined or given back. It takes a
// tenth of emmalloc's code and no static constructor, and so no import.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

extern "C" {
extern unsigned char __heap_base;  // where the linker's data and stack end
void* malloc(size_t size);
void free(void* memory);
}

namespace {

struct Header {
  Header* next;         // in the list of free blocks
  uint32_t size_class;  // the block has 2^size_class bytes, this header included
};
static_assert(sizeof(Header) == 8, "blocks stay aligned to eight bytes");

constexpr uint32_t kSmallest = 4;
constexpr uint32_t kLargest = 23;  // 8 MiB, half of the memory
constexpr uintptr_t kPage = 65'536;

Header* free_blocks[kLargest + 1];
uintptr_t unused = 0;  // 0: nothing was taken yet

Header* take_unused(uint32_t size_class) {
  const uintptr_t start =
      unused != 0 ? unused : (reinterpret_cast<uintptr_t>(&__heap_base) + 7) & ~uintptr_t{7};
  const uintptr_t end = __builtin_wasm_memory_size(0) * kPage;
  if ((uintptr_t{1} << size_class) > end - start) {
    return nullptr;
  }
  unused = start + (uintptr_t{1} << size_class);
  return reinterpret_cast<Header*>(start);
}

}  // namespace

void* malloc(size_t size) {
  uint32_t size_class = kSmallest;
  while ((size_t{1} << size_class) - sizeof(Header) < size) {
    if (++size_class > kLargest) {
      return nullptr;
    }
  }
  Header* block = free_blocks[size_class];
  if (block != nullptr) {
    free_blocks[size_class] = block->next;
  } else if ((block = take_unused(size_class)) == nullptr) {
    return nullptr;
  }
  block->size_class = size_class;
  return block + 1;
}

void free(void* memory) {
  if (memory == nullptr) {
    return;
  }
  Header* block = static_cast<Header*>(memory) - 1;
  block->next = free_blocks[block->size_class];
  free_blocks[block->size_class] = block;
}

// There is nobody to hand an exception to: out of memory is a trap, which the loader reports.
void* operator new(size_t size) {
  void* memory = malloc(size);
  if (memory == nullptr) {
    __builtin_trap();
  }
  return memory;
}
void operator delete(void* memory) noexcept { free(memory); }
