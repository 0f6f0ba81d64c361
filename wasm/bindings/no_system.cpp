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
