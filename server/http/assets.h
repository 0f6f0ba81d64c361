#pragma once
// The storefront's files that this server hands out itself, read once at the start from the folder
// [server] assets: everything in liquid/card-page, liquid/pickup-page and theme-extension/assets
// under a name with its hash, and the pages of liquid/ with their placeholders. Constant
// afterwards; safe from any thread.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/core/result.h"

namespace tsunagi::http {

inline constexpr size_t kAssetMaxBytes = 1024 * 1024;
inline constexpr size_t kAssetsMaxCount = 100;

struct Asset {
  std::shared_ptr<const std::string> bytes;
  const char* content_type = "application/octet-stream";
};

// Text with %name% places, cut up once.
class Template {
 public:
  Template() = default;
  explicit Template(std::string_view text);
  struct Value {
    std::string_view name, text;
  };
  // The text with each %name% of values replaced; %asset:NAME% must have been replaced before.
  [[nodiscard]] std::string fill(const std::vector<Value>& values) const;

 private:
  struct Piece {
    std::string text, name;  // text, then the place
  };
  std::vector<Piece> pieces_;
};

class Assets {
 public:
  // kNotFound names the file that is missing and how to make it.
  static Result<Assets> load(const std::string& folder);

  // "NAME-HASH.EXT"; null when there is none.
  [[nodiscard]] const Asset* find(std::string_view hashed_name) const;

  Template card_page, stock_page, pickup_page, manifest,
      service_worker;  // need %base%, below which assets/ is
  Template merchant_page, callback_page, join_page,
      till_page;        // their assets are below /admin/assets/
  Template staff_page;  // its assets are below /staff/assets/
  // Changes whenever one of the storefront's files does.
  [[nodiscard]] const std::string& release() const { return release_; }
  [[nodiscard]] const Asset* find_merchant(std::string_view hashed_name) const;
  [[nodiscard]] const Asset* find_staff(std::string_view hashed_name) const;

 private:
  std::map<std::string, Asset, std::less<>> merchant_, staff_;
  std::string release_;
  std::map<std::string, Asset, std::less<>> by_hashed_name_;
};

}  // namespace tsunagi::http
