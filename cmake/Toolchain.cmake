set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

find_program(CCACHE ccache)
if(CCACHE)
  # A clone in another folder finds what this one compiled.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# Lines for a stack trace are enough, and half the size.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

# Ours is compiled strictly; other people's sources (third_party, googletest) are not ours to warn about.
add_library(tsunagi_warnings INTERFACE)
target_compile_options(tsunagi_warnings INTERFACE -Wall -Wextra -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")  # for ccache
  add_link_options(-fuse-ld=lld)  # a fifth of the time that GNU's takes for a sanitized test
endif()

set(TSUNAGI_SANITIZE "" CACHE STRING "sanitizers for the whole build, e.g. address,undefined or thread")
if(TSUNAGI_SANITIZE)
  # -O1 takes two and a half times as long to compile.
  add_compile_options(-fsanitize=${TSUNAGI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O0 -g1)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=${TSUNAGI_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND TSUNAGI_SANITIZE MATCHES "address")
    set(TSUNAGI_LIBFUZZER ON)
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-g1)
endif()
