# The readers of ZXing-cpp 2.3.0 for what a shop scans: Code 128, EAN/UPC, Code 39, Codabar (NW-7) and QR. Left out and stood in
# for by wasm/zxing/absent_readers.cpp: the symbologies that ZXing's reader of lines names besides, and TextDecoder with
# libzueci's tables, since the module hands out a code's bytes as they are. QRDecoder is part of wasm/zxing/qr_decoder.cpp.
set(zxing_reader_sources
  oned/ODReader oned/ODMultiUPCEANReader oned/ODUPCEANCommon oned/ODCode128Reader oned/ODCode128Patterns oned/ODCode39Reader
  oned/ODCodabarReader
  qrcode/QRReader qrcode/QRDetector qrcode/QRBitMatrixParser qrcode/QRDataBlock qrcode/QRFormatInformation
  qrcode/QRVersion qrcode/QRCodecMode qrcode/QRErrorCorrectionLevel
  Barcode BarcodeFormat BinaryBitmap BitArray BitMatrix BitSource CharacterSet ConcentricFinder Content ECI Error
  GenericGF GenericGFPoly GlobalHistogramBinarizer GridSampler GTIN HRI HybridBinarizer PerspectiveTransform ReedSolomonDecoder
  ResultPoint Utf)
list(TRANSFORM zxing_reader_sources PREPEND ${zxing_src}/)
list(TRANSFORM zxing_reader_sources APPEND .cpp)

add_library(zxing_readers STATIC EXCLUDE_FROM_ALL ${zxing_reader_sources} ${CMAKE_CURRENT_LIST_DIR}/zxing/absent_readers.cpp
            ${CMAKE_CURRENT_LIST_DIR}/zxing/qr_decoder.cpp)
target_include_directories(zxing_readers SYSTEM PUBLIC ${zxing_src})
target_compile_definitions(zxing_readers PUBLIC ZXING_READERS=1)
# ZXing throws only where a QR code that passed its error correction breaks the standard. Emscripten leaves out what would catch
# it unless told otherwise, and wasm/reader/no_runtime.cpp makes it a trap, after which the loader begins anew.
target_compile_options(zxing_readers PRIVATE -w ${TSUNAGI_READER_OPTIONS})
# In groups, but for those that name their tables alike.
set_target_properties(zxing_readers PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 20)
set_source_files_properties(${zxing_src}/oned/ODCode128Reader.cpp ${zxing_src}/oned/ODCode39Reader.cpp
                            ${zxing_src}/oned/ODCodabarReader.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
