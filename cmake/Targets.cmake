# Headers that nearly every file of ours reads are parsed once a build. Not in the debug and wasm builds: there each file
# must name what it includes.
option(TSUNAGI_PCH "precompile the common headers" OFF)
set(TSUNAGI_COMMON_HEADERS <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <unordered_map>
                           <variant> <vector> <nlohmann/json.hpp>)
function(tsunagi_pch name)  # the target whose precompiled headers others reuse
  if(NOT TSUNAGI_PCH)
    return()
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/${name}.cpp "// The common headers.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()
function(tsunagi_use_pch name from)
  if(TSUNAGI_PCH)
    target_precompile_headers(${name} REUSE_FROM ${from})
  endif()
endfunction()
tsunagi_pch(tsunagi_common ${TSUNAGI_COMMON_HEADERS})
tsunagi_pch(tsunagi_common_tests ${TSUNAGI_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
if(TSUNAGI_PCH)
  target_link_libraries(tsunagi_common_tests PRIVATE tsunagi_gtest)
endif()

# The builds with clang compile files in groups, which takes half the time: names of anonymous namespaces must differ within
# a folder. The debug and wasm builds, and clang-tidy, see each file alone.
option(TSUNAGI_UNITY "compile files in groups" OFF)
set(TSUNAGI_UNITY_FILES 6)
if(TSUNAGI_SANITIZE)
  set(TSUNAGI_UNITY_FILES 16)  # nobody waits for one file of these
endif()
function(tsunagi_unity name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${TSUNAGI_UNITY} UNITY_BUILD_BATCH_SIZE ${TSUNAGI_UNITY_FILES})
endfunction()

# What a fuzz target may reach counts its branches (see tests/fuzz), which takes a third longer to compile. What clang's
# -fsanitize=fuzzer-no-link stands for, but that precompiled headers of other targets can be reused.
function(tsunagi_fuzzed)
  if(NOT TSUNAGI_LIBFUZZER)
    return()
  endif()
  foreach(name ${ARGN})
    target_compile_options(${name} PRIVATE -fsanitize-coverage=inline-8bit-counters,indirect-calls,trace-cmp,pc-table,stack-depth)
  endforeach()
endfunction()

# tsunagi_library(NAME FOLDER LINKS...): every .cpp below the folder, warnings as errors, headers included
# from the top of the tree ("server/domain/ports.h").
function(tsunagi_library name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARGN})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARGN} PRIVATE tsunagi_warnings)
  tsunagi_use_pch(${name} tsunagi_common)
  tsunagi_unity(${name})
endfunction()

# tsunagi_test(NAME FOLDER LINKS...): one GoogleTest binary of every *_test.cpp in the folder (not below it).
function(tsunagi_test name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE TSUNAGI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARGN} tsunagi_gtest tsunagi_warnings)
  tsunagi_use_pch(${name} tsunagi_common_tests)
  tsunagi_unity(${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
