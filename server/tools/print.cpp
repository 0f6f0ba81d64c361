#include "server/tools/print.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "server/tools/commands.h"

namespace tsunagi::tools {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::string_view kCut = "…";
constexpr char32_t kFirstWide = 0x1100;  // kana, kanji, full-width letters and what lies between

// One character of UTF-8; a byte that is none counts as one.
struct Character {
  std::string_view bytes;
  size_t columns = 1;
};
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length > text.size()) return {text.substr(0, 1), 1};
  char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool general_punctuation = code >= 0x2000 && code < 0x2E80;
  return {text.substr(0, length), code >= kFirstWide && !general_punctuation ? size_t{2} : 1};
}

size_t width_of(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character one = first_of(text);
    width += one.columns;
    text.remove_prefix(one.bytes.size());
  }
  return width;
}

// C0, DEL, and the C1 controls that UTF-8 writes as C2 80…9F.
bool is_control(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1) return first < 0x20 || first == 0x7F;
  return bytes.size() == 2 && first == 0xC2 && static_cast<unsigned char>(bytes[1]) < 0xA0;
}

void print_row(std::ostream& out, const std::vector<size_t>& widths,
               const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = printable(cells[i], widths[i]);
    line += cell;
    if (i + 1 == cells.size()) break;
    line.append(widths[i] - width_of(cell), ' ');
    line += kGap;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

std::string printable(std::string_view text, size_t columns) {
  std::string made;
  size_t width = 0;
  while (!text.empty()) {
    const Character one = first_of(text);
    text.remove_prefix(one.bytes.size());
    // The cut needs a column of its own.
    const size_t left = columns - width;
    if (one.columns > left || (one.columns == left && !text.empty())) {
      if (left > 0) made += kCut;
      return made;
    }
    made += is_control(one.bytes) ? std::string_view(" ") : one.bytes;
    width += one.columns;
  }
  return made;
}

void print_table(std::ostream& out, const std::vector<Column>& columns,
                 const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<std::string> titles;
  widths.reserve(columns.size());
  titles.reserve(columns.size());
  size_t used = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = columns[i].title.size();
    for (const auto& row : rows) width = std::max(width, width_of(row[i]));
    width = std::max(std::min(width, columns[i].most), columns[i].title.size());
    if (i + 1 == columns.size()) width = std::min(width, kColumns - std::min(used, kColumns - 1));
    widths.push_back(width);
    titles.emplace_back(columns[i].title);
    used += width + kGap.size();
  }
  print_row(out, widths, titles);
  for (const auto& row : rows) print_row(out, widths, row);
}

std::string age(Seconds seconds) {
  constexpr Seconds kMinute = 60;
  constexpr Seconds kHour = 3'600;
  constexpr Seconds kDay = 86'400;
  if (seconds < 2 * kMinute) return std::to_string(std::max<Seconds>(0, seconds)) + " s";
  if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + " min";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + " h";
  return std::to_string(seconds / kDay) + " d";
}

std::string due(Seconds due_at, Seconds now) {
  return due_at <= now ? "now" : "in " + age(due_at - now);
}

void print_json(std::ostream& out, const nlohmann::ordered_json& document) {
  out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

std::string shop_name(Storage& storage, TenantId tenant) {
  const auto found = storage.tenant(tenant);
  if (found.ok() && found->has_value() && !(*found)->shop_domain.empty()) {
    return (*found)->shop_domain;
  }
  return std::to_string(tenant);
}

Result<std::vector<Tenant>> shops(Storage& storage, const std::string& domain) {
  if (domain.empty()) return storage.tenants();
  const auto found = storage.tenant_by_domain(domain);
  if (!found.ok()) return found.error();
  if (!found->has_value()) {
    return Error{ErrorCode::kNotFound, "no shop " + domain + " is known here"};
  }
  return std::vector<Tenant>{**found};
}

Result<TenantId> tenant_of(Storage& storage, const std::string& domain) {
  if (domain.empty()) return Storage::kEveryTenant;
  const auto found = shops(storage, domain);
  if (!found.ok()) return found.error();
  return found->front().id;
}

int wrong(std::ostream& err, const Error& error) {
  err << "tsunagi: " << printable(error.message, kColumns * 10) << '\n';
  return kWrong;
}

}  // namespace tsunagi::tools
