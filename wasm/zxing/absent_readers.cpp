// What ZXing's reader of lines and its Content name and the reader module has no use for. The
// symbologies are never asked for, so none of these readers is ever made; texts are taken as bytes.

#include "TextDecoder.h"
#include "oned/ODCode93Reader.h"
#include "oned/ODDXFilmEdgeReader.h"
#include "oned/ODDataBarExpandedReader.h"
#include "oned/ODDataBarLimitedReader.h"
#include "oned/ODDataBarReader.h"
#include "oned/ODITFReader.h"

namespace ZXing {
namespace OneD {

using State = std::unique_ptr<RowReader::DecodingState>;

Barcode Code93Reader::decodePattern(int /*row*/, PatternView& /*next*/, State& /*state*/) const {
  return {};
}
Barcode ITFReader::decodePattern(int /*row*/, PatternView& /*next*/, State& /*state*/) const {
  return {};
}
Barcode DataBarReader::decodePattern(int /*row*/, PatternView& /*next*/, State& /*state*/) const {
  return {};
}
Barcode DataBarExpandedReader::decodePattern(int /*row*/, PatternView& /*next*/,
                                             State& /*state*/) const {
  return {};
}
Barcode DataBarLimitedReader::decodePattern(int /*row*/, PatternView& /*next*/,
                                            State& /*state*/) const {
  return {};
}
Barcode DXFilmEdgeReader::decodePattern(int /*row*/, PatternView& /*next*/,
                                        State& /*state*/) const {
  return {};
}

}  // namespace OneD

CharacterSet TextDecoder::DefaultEncoding() { return CharacterSet::UTF8; }

CharacterSet TextDecoder::GuessEncoding(const uint8_t* /*bytes*/, size_t /*length*/,
                                        CharacterSet fallback) {
  return fallback;
}

void TextDecoder::Append(std::string& str, const uint8_t* bytes, size_t length,
                         CharacterSet /*charset*/, bool /*sjisASCII*/) {
  str.append(reinterpret_cast<const char*>(bytes), length);
}

}  // namespace ZXing
