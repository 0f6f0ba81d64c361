# tsunagi_reader.wasm: the reader for the staff's phones, without imports, copied with its loader to the page that loads it.
set(TSUNAGI_READER_OPTIONS -O2 -flto -fno-rtti -fno-threadsafe-statics -fno-c++-static-destructors -mbulk-memory -msign-ext -DNDEBUG)
include(${CMAKE_CURRENT_SOURCE_DIR}/zxing_readers.cmake)

add_executable(tsunagi_reader_linked EXCLUDE_FROM_ALL
  reader/module.cpp reader/reader.cpp reader/no_runtime.cpp core/member_code.cpp reader/memory.cpp bindings/no_system.cpp)
target_include_directories(tsunagi_reader_linked PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(tsunagi_reader_linked PRIVATE zxing_readers tsunagi_warnings)
target_compile_options(tsunagi_reader_linked PRIVATE ${TSUNAGI_READER_OPTIONS})
# The optimiser of the whole makes calls of calloc only after it has thrown unused functions out.
set_source_files_properties(reader/no_runtime.cpp PROPERTIES COMPILE_OPTIONS -fno-lto)
target_link_options(tsunagi_reader_linked PRIVATE -O2 -flto -fno-rtti -mbulk-memory -msign-ext -sSTANDALONE_WASM --no-entry
                    -sMALLOC=none -sALLOW_MEMORY_GROWTH=0 -sTOTAL_STACK=262144 -sINITIAL_MEMORY=33554432)
set_target_properties(tsunagi_reader_linked PROPERTIES SUFFIX .wasm)

set(graph ${CMAKE_CURRENT_SOURCE_DIR}/reader/exports.json)
set(features --enable-bulk-memory --enable-sign-ext)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/tsunagi-reader.wasm
  COMMAND ${WASM_METADCE} ${features} $<TARGET_FILE:tsunagi_reader_linked> --graph-file ${graph} --quiet -o tsunagi_reader_reached.wasm
  COMMAND ${WASM_OPT} ${features} -O3 --converge tsunagi_reader_reached.wasm -o ${CMAKE_BINARY_DIR}/tsunagi-reader.wasm
  DEPENDS tsunagi_reader_linked ${graph} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} VERBATIM)

set(staff ${PROJECT_SOURCE_DIR}/server/http/staff)
set(loader ${CMAKE_CURRENT_SOURCE_DIR}/reader/tsunagi-reader.js)
add_custom_command(OUTPUT ${staff}/tsunagi-reader.wasm ${staff}/tsunagi-reader.js
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/tsunagi-reader.wasm ${staff}/tsunagi-reader.wasm
  COMMAND ${CMAKE_COMMAND} -E copy ${loader} ${staff}/tsunagi-reader.js
  DEPENDS ${CMAKE_BINARY_DIR}/tsunagi-reader.wasm ${loader} VERBATIM)
add_custom_target(tsunagi_reader ALL DEPENDS ${staff}/tsunagi-reader.wasm ${staff}/tsunagi-reader.js)
