#pragma once
// A writer's modules as a drawing: see Drawing in barcode.h.

#include "wasm/core/barcode.h"

namespace ZXing {
class BitMatrix;
}

namespace tsunagi {

struct QuietZone {
  int left, right, top;
};

Drawing trace(Symbology symbology, const ZXing::BitMatrix& bits, QuietZone quiet);

}  // namespace tsunagi
