// The system that Emscripten's C library would import, for a module that has none: no environment,
// and an end that is a trap, which the loader reports. Defined here, the names are not imported.

#include <cstddef>
#include <cstdint>

extern "C" {

constexpr uint16_t kNotSupported = 52;  // WASI's ENOSYS

uint16_t __wasi_environ_sizes_get(size_t* /*count*/, size_t* /*size*/) { return kNotSupported; }
uint16_t __wasi_environ_get(uint8_t** /*environ*/, uint8_t* /*buffer*/) { return kNotSupported; }
void* emscripten_builtin_malloc(size_t /*size*/) { return nullptr; }
[[noreturn]] void __wasi_proc_exit(uint32_t /*status*/) { __builtin_trap(); }
}

// What the C library does in words at a time: a view's texts are short, and bytes take a tenth of
// the code.
extern "C" {

void* memchr(const void* memory, int byte, size_t size) {
  const auto* at = static_cast<const unsigned char*>(memory);
  for (; size > 0; --size, ++at) {
    if (*at == static_cast<unsigned char>(byte)) {
      return const_cast<unsigned char*>(at);
    }
  }
  return nullptr;
}

size_t strlen(const char* text) {
  const char* end = text;
  while (*end != '\0') {
    ++end;
  }
  return static_cast<size_t>(end - text);
}
}
