set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Ours is compiled strictly; other people's sources (third_party, googletest) are not ours to warn about.
add_library(tsunagi_warnings INTERFACE)
target_compile_options(tsunagi_warnings INTERFACE -Wall -Wextra -Werror)

set(TSUNAGI_SANITIZE "" CACHE STRING "sanitizers for the whole build, e.g. address,undefined or thread")
if(TSUNAGI_SANITIZE)
  add_compile_options(-fsanitize=${TSUNAGI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1 -g1)
  add_link_options(-fsanitize=${TSUNAGI_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-g1)
endif()
