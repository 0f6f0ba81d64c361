// What is left of the C and C++ runtime in the reader module. A throw ends the module: a trap,
// which the loader reports and after which it begins anew. Nobody reads what it would print.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {

constexpr uint16_t kNotSupported = 52;  // WASI's ENOSYS

uint16_t __wasi_fd_write(uint32_t /*file*/, const void* /*parts*/, size_t /*count*/,
                         size_t* /*written*/) {
  return kNotSupported;
}
uint16_t __wasi_fd_seek(uint32_t /*file*/, int64_t /*by*/, uint8_t /*from*/, uint64_t* /*at*/) {
  return kNotSupported;
}
uint16_t __wasi_fd_close(uint32_t /*file*/) { return kNotSupported; }

void* __cxa_allocate_exception(size_t /*size*/) noexcept { __builtin_trap(); }
[[noreturn]] void __cxa_throw(void* /*exception*/, void* /*type*/, void (* /*destroy*/)(void*)) {
  __builtin_trap();
}

void* calloc(size_t count, size_t size) {
  void* memory = size != 0 && count > SIZE_MAX / size ? nullptr : std::malloc(count * size);
  return memory == nullptr ? nullptr : std::memset(memory, 0, count * size);
}
}
