#include "server/http/assets.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "server/base/crypto.h"

namespace tsunagi::http {
namespace {

namespace fs = std::filesystem;
using Names = std::map<std::string, std::string, std::less<>>;  // name → hashed name

constexpr size_t kHashCharacters = 12;
constexpr size_t kPlaceMaxBytes = 64;
constexpr std::array<std::pair<std::string_view, const char*>, 8> kTypes{
    {{".js", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".wasm", "application/wasm"},
     {".png", "image/png"},
     {".svg", "image/svg+xml"},
     {".jpg", "image/jpeg"},
     {".json", "application/json"},
     {".webp", "image/webp"}}};

const char* content_type(const std::string& extension) {
  const auto* found =
      std::ranges::find(kTypes, std::string_view(extension), [](const auto& t) { return t.first; });
  return found == kTypes.end() ? nullptr : found->second;
}

Result<std::string> read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{ErrorCode::kNotFound, file.string() + " is missing"};
  std::string bytes(kAssetMaxBytes + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  if (bytes.size() > kAssetMaxBytes) {
    return Error{ErrorCode::kInvalid, file.string() + " is larger than 1 MiB"};
  }
  bytes.shrink_to_fit();
  return bytes;
}

std::string hashed_name(const fs::path& file, std::string_view bytes) {
  return file.stem().string() + "-" + sha256_hex(bytes).substr(0, kHashCharacters) +
         file.extension().string();
}

std::string missing_hint(std::string_view name) {
  if (name == "tsunagi.wasm" || name == "tsunagi-core.js") {
    return " (the browser module is built by the preset wasm)";
  }
  return "";
}

// %asset:NAME% becomes %base%/assets/NAME-HASH.EXT; the base differs from shop to shop and is
// filled in a request.
Result<std::string> with_assets(std::string_view text, const Names& names,
                                const std::string& file) {
  constexpr std::string_view kMark = "%asset:";
  std::string out;
  while (true) {
    const size_t mark = text.find(kMark);
    out.append(text.substr(0, mark));
    if (mark == std::string_view::npos) return out;
    text.remove_prefix(mark + kMark.size());
    const size_t end = text.find('%');
    const std::string_view name = text.substr(0, end);
    if (end == std::string_view::npos || name == "NAME") {  // words of a comment
      out += kMark;
      continue;
    }
    const auto found = names.find(name);
    if (found == names.end()) {
      return Error{ErrorCode::kNotFound, file + " needs the asset " + std::string(name) +
                                             ", which is missing" + missing_hint(name)};
    }
    out += "%base%/assets/" + found->second;
    text.remove_prefix(end + 1);
  }
}

// Adds the folder's files of known types; their hashed names go into names.
Result<Done> add_folder(const fs::path& folder, Names& names,
                        std::map<std::string, Asset, std::less<>>& into) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && entry.path().filename() != "sw.js") {
      files.push_back(entry.path());
    }
  }
  if (error) {
    return Error{
        ErrorCode::kNotFound,
        folder.string() + " cannot be read: [server] assets must name the folder that holds it"};
  }
  for (const fs::path& file : files) {
    const char* type = content_type(file.extension().string());
    if (type == nullptr) continue;
    if (into.size() == kAssetsMaxCount) {
      return Error{ErrorCode::kInvalid, folder.string() + " holds too many files"};
    }
    auto bytes = read_file(file);
    if (!bytes.ok()) return bytes.error();
    std::string hashed = hashed_name(file, *bytes);
    names.emplace(file.filename().string(), hashed);
    into.emplace(std::move(hashed),
                 Asset{std::make_shared<const std::string>(std::move(*bytes)), type});
  }
  return Done{};
}

}  // namespace

Template::Template(std::string_view text) {
  const auto is_place = [](std::string_view name) {
    return !name.empty() && name.size() <= kPlaceMaxBytes &&
           std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  };
  Piece piece;
  while (!text.empty()) {
    const size_t mark = text.find('%');
    piece.text.append(text.substr(0, mark));
    if (mark == std::string_view::npos) break;
    text.remove_prefix(mark + 1);
    const size_t end = text.find('%');
    const std::string_view name = text.substr(0, end == std::string_view::npos ? 0 : end);
    if (is_place(name)) {
      piece.name = name;
      pieces_.push_back(std::exchange(piece, {}));
      text.remove_prefix(end + 1);
    } else {
      piece.text += '%';
    }
  }
  pieces_.push_back(std::move(piece));
}

std::string Template::fill(const std::vector<Value>& values) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (piece.name.empty()) continue;
    const auto value = std::ranges::find(values, std::string_view(piece.name), &Value::name);
    if (value != values.end()) {
      out += value->text;
    } else {
      out += '%' + piece.name + '%';
    }
  }
  return out;
}

Result<Assets> Assets::load(const std::string& folder) {
  Assets assets;
  Names names;
  std::string everything;  // what the worker's release is a hash of
  for (const char* part : {"liquid/card-page", "liquid/pickup-page", "theme-extension/assets"}) {
    const auto added = add_folder(fs::path(folder) / part, names, assets.by_hashed_name_);
    if (!added.ok()) return added.error();
  }
  Names merchant_names;
  const auto added =
      add_folder(fs::path(folder) / "server/http/admin", merchant_names, assets.merchant_);
  if (!added.ok()) return added.error();

  Names staff_names;
  const auto for_staff =
      add_folder(fs::path(folder) / "server/http/staff", staff_names, assets.staff_);
  if (!for_staff.ok()) return for_staff.error();

  struct Page {
    const char* file;
    const Names& names;
    Template& into;
  };
  const std::array<Page, 10> pages{{
      {"liquid/card-page.liquid", names, assets.card_page},
      {"liquid/stock-page.liquid", names, assets.stock_page},
      {"liquid/pickup-page.liquid", names, assets.pickup_page},
      {"liquid/manifest.json", names, assets.manifest},
      {"liquid/card-page/sw.js", names, assets.service_worker},
      {"server/http/admin/admin.html", merchant_names, assets.merchant_page},
      {"server/http/admin/callback.html", merchant_names, assets.callback_page},
      {"server/http/admin/join.html", merchant_names, assets.join_page},
      {"server/http/admin/till.html", merchant_names, assets.till_page},
      {"server/http/staff/staff.html", staff_names, assets.staff_page},
  }};
  for (const auto& [name, hashed] : names) everything += hashed + "\n";
  for (const Page& page : pages) {
    const auto text = read_file(fs::path(folder) / page.file);
    if (!text.ok()) return text.error();
    auto complete = with_assets(*text, page.names, page.file);
    if (!complete.ok()) return complete.error();
    everything += *complete;
    page.into = Template(*complete);
  }
  assets.release_ = sha256_hex(everything).substr(0, kHashCharacters);
  return assets;
}

const Asset* Assets::find(std::string_view hashed) const {
  const auto found = by_hashed_name_.find(hashed);
  return found == by_hashed_name_.end() ? nullptr : &found->second;
}

const Asset* Assets::find_merchant(std::string_view hashed) const {
  const auto found = merchant_.find(hashed);
  return found == merchant_.end() ? nullptr : &found->second;
}

const Asset* Assets::find_staff(std::string_view hashed) const {
  const auto found = staff_.find(hashed);
  return found == staff_.end() ? nullptr : &found->second;
}

}  // namespace tsunagi::http
