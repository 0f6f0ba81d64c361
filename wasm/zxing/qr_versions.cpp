// The QR versions that kBarcodeMaxLength characters can need, in place of ZXing's QRVersion.cpp
// with all 40 versions of model 2, model 1, Micro QR and rMQR: a fifth of the browser module.
// Figures: ISO/IEC 18004, table 9.

#include <iterator>

#include "qrcode/QRCodecMode.h"
#include "qrcode/QRVersion.h"

namespace ZXing::QRCode {

const Version* Version::Model2(int number) {
  // Version, centres of its alignment patterns, then for L, M, Q and H: error correction codewords
  // a block, and two groups of blocks with their data codewords.
  static const Version kVersions[] = {
      {1, {}, {7, 1, 19, 0, 0, 10, 1, 16, 0, 0, 13, 1, 13, 0, 0, 17, 1, 9, 0, 0}},
      {2, {6, 18}, {10, 1, 34, 0, 0, 16, 1, 28, 0, 0, 22, 1, 22, 0, 0, 28, 1, 16, 0, 0}},
      {3, {6, 22}, {15, 1, 55, 0, 0, 26, 1, 44, 0, 0, 18, 2, 17, 0, 0, 22, 2, 13, 0, 0}},
      {4, {6, 26}, {20, 1, 80, 0, 0, 18, 2, 32, 0, 0, 26, 2, 24, 0, 0, 16, 4, 9, 0, 0}},
      {5, {6, 30}, {26, 1, 108, 0, 0, 24, 2, 43, 0, 0, 18, 2, 15, 2, 16, 22, 2, 11, 2, 12}},
  };
  return number >= 1 && number <= static_cast<int>(std::size(kVersions)) ? &kVersions[number - 1]
                                                                         : nullptr;
}

Version::Version(int version_number, std::initializer_list<int> alignment_pattern_centers,
                 const std::array<ECBlocks, 4>& ec_blocks)
    : _versionNumber(version_number),
      _alignmentPatternCenters(alignment_pattern_centers),
      _ecBlocks(ec_blocks),
      _totalCodewords(ec_blocks[0].totalDataCodewords()),
      _type(Type::Model2) {}

// Bits of the character count, table 3, for the versions above.
int CharacterCountBits(CodecMode mode, const Version& /*version*/) {
  switch (mode) {
    case CodecMode::NUMERIC:
      return 10;
    case CodecMode::ALPHANUMERIC:
      return 9;
    default:
      return 8;
  }
}

}  // namespace ZXing::QRCode
