// The module's heap: a call's memory lies one block after the other, and all of it ends together.
// The module lives for one call at a time (the loader frees input and output), so what a call lets
// go of is taken by nobody else before the call is over: whatever frees memory, the writers'
// destructors too, is no code at all.

#include "wasm/bindings/memory.h"

#include <cstdint>
#include <cstdlib>
#include <new>

extern "C" {
extern unsigned char __heap_base;  // where the linker's data and stack end
void* malloc(size_t size);
void free(void* memory);
}

namespace {

constexpr uintptr_t kAligned = 8;
constexpr uintptr_t kPage = 65'536;

constexpr uintptr_t aligned(uintptr_t at) { return (at + kAligned - 1) & ~(kAligned - 1); }

uintptr_t unused = 0;  // 0: nothing was taken yet

}  // namespace

void* malloc(size_t size) {
  const uintptr_t start = unused != 0 ? unused : aligned(reinterpret_cast<uintptr_t>(&__heap_base));
  const uintptr_t end = __builtin_wasm_memory_size(0) * kPage;
  if (size > end - start) {
    return nullptr;
  }
  unused = aligned(start + size);
  return reinterpret_cast<void*>(start);
}

void free(void* /*memory*/) {}

void tsunagi::release_from(void* memory) {
  const auto from = reinterpret_cast<uintptr_t>(memory);
  if (from != 0 && from < unused) {
    unused = from;
  }
}

// There is nobody to hand an exception to: out of memory is a trap, which the loader reports.
void* operator new(size_t size) {
  void* memory = malloc(size);
  if (memory == nullptr) {
    __builtin_trap();
  }
  return memory;
}
void operator delete(void* /*memory*/) noexcept {}
void operator delete(void* /*memory*/, size_t /*size*/) noexcept {}
