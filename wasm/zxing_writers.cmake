set(zxing_src ${TSUNAGI_THIRD_PARTY}/zxing-cpp/core/src)
add_library(zxing_writers INTERFACE)
