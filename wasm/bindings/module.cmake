# tsunagi.wasm: the core for browsers, without imports, with the loader beside it. tsunagi_encode_only.wasm holds the
# writers alone and ships nowhere: the benches compare it with other encoders.
find_program(WASM_OPT wasm-opt REQUIRED)
find_program(WASM_METADCE wasm-metadce REQUIRED)

function(tsunagi_module name)
  add_executable(${name}_linked ${CMAKE_CURRENT_SOURCE_DIR}/bindings/module.cpp
                 ${CMAKE_CURRENT_SOURCE_DIR}/bindings/memory.cpp ${CMAKE_CURRENT_SOURCE_DIR}/bindings/no_system.cpp ${CMAKE_CURRENT_SOURCE_DIR}/bindings/render.cpp)
  target_link_libraries(${name}_linked PRIVATE tsunagi_core tsunagi_warnings)
  target_compile_definitions(${name}_linked PRIVATE ${ARGN})
  target_compile_options(${name}_linked PRIVATE ${TSUNAGI_MODULE_OPTIONS} -Oz)
  target_link_options(${name}_linked PRIVATE -Oz -flto -fno-rtti -fno-exceptions -mbulk-memory -msign-ext -sSTANDALONE_WASM --no-entry
                      -sMALLOC=none -sALLOW_MEMORY_GROWTH=0 -sTOTAL_STACK=65536 -sINITIAL_MEMORY=16777216)
  set_target_properties(${name}_linked PROPERTIES SUFFIX .wasm)
  # Emscripten exports and imports more than the loader knows of (_initialize, environ_get …): out with all of that.
  set(features --enable-bulk-memory --enable-sign-ext)  # every browser since 2021
  set(graph ${CMAKE_CURRENT_SOURCE_DIR}/bindings/exports.json)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${name}.wasm
    COMMAND ${WASM_METADCE} ${features} $<TARGET_FILE:${name}_linked> --graph-file ${graph} --quiet -o ${name}_reached.wasm
    COMMAND ${WASM_OPT} ${features} --low-memory-unused --zero-filled-memory --flatten --rereloop -Oz --flatten --rereloop -Oz -Oz --converge
            ${name}_reached.wasm -o ${CMAKE_BINARY_DIR}/${name}.wasm
    DEPENDS ${name}_linked ${graph} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} VERBATIM)
endfunction()

tsunagi_module(tsunagi)
tsunagi_module(tsunagi_encode_only TSUNAGI_ENCODE_ONLY)

set(assets ${PROJECT_SOURCE_DIR}/theme-extension/assets)
set(loader ${CMAKE_CURRENT_SOURCE_DIR}/bindings/tsunagi-core.js)
add_custom_command(OUTPUT ${assets}/tsunagi.wasm ${assets}/tsunagi-core.js
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/tsunagi.wasm ${assets}/tsunagi.wasm
  COMMAND ${CMAKE_COMMAND} -E copy ${loader} ${assets}/tsunagi-core.js
  DEPENDS ${CMAKE_BINARY_DIR}/tsunagi.wasm ${loader} VERBATIM)
add_custom_target(tsunagi_module ALL DEPENDS ${assets}/tsunagi.wasm ${assets}/tsunagi-core.js
                  ${CMAKE_BINARY_DIR}/tsunagi_encode_only.wasm)
