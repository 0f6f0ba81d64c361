# The five writers of ZXing-cpp 2.3.0 that a card needs, and nothing of its readers. Left out and stood in for by the
# files of wasm/zxing: TextEncoder and ECI, which bring libzueci's tables (150 kB), the QR versions that no text of ours can
# need (draw() lets nothing else through), and the penalty of a QR mask, where the time went.
set(zxing_src ${TSUNAGI_THIRD_PARTY}/zxing-cpp/core/src)
set(zxing_sources
  oned/ODCode128Writer oned/ODCode128Patterns oned/ODEAN13Writer oned/ODUPCEANCommon oned/ODCode39Writer
  oned/ODCodabarWriter oned/ODWriterHelper BitArray BitMatrix Utf
  qrcode/QRWriter qrcode/QREncoder qrcode/QRMatrixUtil qrcode/QRErrorCorrectionLevel
  GenericGF GenericGFPoly ReedSolomonEncoder)
list(TRANSFORM zxing_sources PREPEND ${zxing_src}/)
list(TRANSFORM zxing_sources APPEND .cpp)

# Version.h as ZXing's own CMake would write it for writers without readers.
function(tsunagi_zxing_version_header)
  set(PROJECT_VERSION_MAJOR 2)
  set(PROJECT_VERSION_MINOR 3)
  set(PROJECT_VERSION_PATCH 0)
  set(ZXING_READERS OFF)
  set(ZXING_WRITERS ON)
  configure_file(${zxing_src}/../Version.h.in ${CMAKE_BINARY_DIR}/zxing/Version.h)
endfunction()
tsunagi_zxing_version_header()

add_library(zxing_writers STATIC ${zxing_sources} ${CMAKE_CURRENT_LIST_DIR}/zxing/ascii_text.cpp
            ${CMAKE_CURRENT_LIST_DIR}/zxing/qr_versions.cpp ${CMAKE_CURRENT_LIST_DIR}/zxing/qr_mask_penalty.cpp)
target_include_directories(zxing_writers SYSTEM PUBLIC ${zxing_src} ${CMAKE_BINARY_DIR}/zxing)
target_compile_options(zxing_writers PRIVATE -w)
set_target_properties(zxing_writers PROPERTIES CXX_CLANG_TIDY "")
tsunagi_unity(zxing_writers)
# It names its tables as the writer of Code 39 does.
set_source_files_properties(${zxing_src}/oned/ODCodabarWriter.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
if(EMSCRIPTEN)
  # The module has no exceptions: a writer's `throw` (which draw() makes unreachable) becomes a trap, and the texts of
  # its message are not carried to the shopper's phone.
  target_compile_options(zxing_writers PRIVATE "-Dthrow=__builtin_trap(),(void)")
  # Small, but for the file that a QR code spends its time in. (A file has one level alone: emcc takes -Oz anywhere on
  # its command line to mean that nothing may be inlined.)
  set_source_files_properties(${zxing_sources} ${CMAKE_CURRENT_LIST_DIR}/zxing/ascii_text.cpp
    ${CMAKE_CURRENT_LIST_DIR}/zxing/qr_versions.cpp PROPERTIES COMPILE_OPTIONS -Oz)
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/zxing/qr_mask_penalty.cpp PROPERTIES COMPILE_OPTIONS -O2)
endif()

# ZXing's own penalty under another name: what the tests hold ours against.
add_library(zxing_mask_reference STATIC EXCLUDE_FROM_ALL ${zxing_src}/qrcode/QRMaskUtil.cpp)
target_include_directories(zxing_mask_reference SYSTEM PRIVATE ${zxing_src})
target_compile_options(zxing_mask_reference PRIVATE -w)
target_compile_definitions(zxing_mask_reference PRIVATE CalculateMaskPenalty=ReferenceMaskPenalty)
