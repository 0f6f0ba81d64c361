// ZXing's decoder of QR reads the text also where the errors could not be corrected, and throws
// when that makes no sense: nearly always with a blurred code, and a throw ends the module. So the
// correction is tried first, and only what passes it is decoded.

#define Decode DecodeCorrectable
#include "qrcode/QRDecoder.cpp"
#undef Decode

namespace ZXing::QRCode {

static bool IsCorrectable(const BitMatrix& bits) {
  if (!Version::HasValidSize(bits)) return false;
  const auto format = ReadFormatInformation(bits);
  if (!format.isValid()) return false;
  const Version* version = ReadVersion(bits, format.type());
  if (version == nullptr) return false;
  const ByteArray codewords = ReadCodewords(bits, *version, format);
  if (codewords.empty()) return false;
  auto blocks = DataBlock::GetDataBlocks(codewords, *version, format.ecLevel);
  if (blocks.empty()) return false;
  for (DataBlock& block : blocks) {
    if (!CorrectErrors(block.codewords(), block.numDataCodewords())) return false;
  }
  return true;
}

DecoderResult Decode(const BitMatrix& bits) {
  if (!IsCorrectable(bits)) return ChecksumError("cannot be corrected");
  return DecodeCorrectable(bits);
}

}  // namespace ZXing::QRCode
