set(TSUNAGI_THIRD_PARTY ${PROJECT_SOURCE_DIR}/build/third_party)
foreach(source zxing-cpp cpp-httplib)
  if(NOT EXISTS ${TSUNAGI_THIRD_PARTY}/${source})
    message(FATAL_ERROR "${TSUNAGI_THIRD_PARTY}/${source} is missing: run scripts/setup")
  endif()
endforeach()

# GoogleTest from the distribution's sources, so that it is compiled with our flags (sanitizers, Emscripten).
set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
add_library(tsunagi_gtest INTERFACE)
target_link_libraries(tsunagi_gtest INTERFACE gtest gtest_main gmock)

if(NOT EMSCRIPTEN)
  find_package(Threads REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_package(ZLIB REQUIRED)
  find_package(CURL REQUIRED)
  find_package(nlohmann_json REQUIRED)
  find_package(CLI11 REQUIRED)
  find_package(spdlog REQUIRED)
  find_package(prometheus-cpp REQUIRED)
  find_package(benchmark REQUIRED)

  add_library(httplib STATIC ${TSUNAGI_THIRD_PARTY}/cpp-httplib/httplib.cpp)
  target_include_directories(httplib SYSTEM PUBLIC ${TSUNAGI_THIRD_PARTY}/cpp-httplib)
  target_compile_definitions(httplib PUBLIC CPPHTTPLIB_OPENSSL_SUPPORT)
  target_link_libraries(httplib PUBLIC OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

  # Debian's ctemplate is a static library with no CMake package.
  find_library(TSUNAGI_CTEMPLATE libctemplate.a REQUIRED)
  add_library(ctemplate INTERFACE)
  target_link_libraries(ctemplate INTERFACE ${TSUNAGI_CTEMPLATE} Threads::Threads)

  # Debian's SOCI ships no CMake package that finds its own backends on every release.
  add_library(soci INTERFACE)
  target_include_directories(soci SYSTEM INTERFACE /usr/include/postgresql)
  target_link_libraries(soci INTERFACE soci_core soci_sqlite3 soci_postgresql pq sqlite3)
endif()
