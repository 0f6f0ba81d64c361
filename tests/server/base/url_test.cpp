#include "server/base/url.h"

#include <gtest/gtest.h>

namespace tsunagi {
namespace {

TEST(Url, Parts) {
  struct Row {
    const char* url;
    const char* origin;
    const char* path;
  };
  for (const Row& row : {
           Row{"https://api.smaregi.jp", "https://api.smaregi.jp:443", "/"},
           Row{"HTTPS://Api.Smaregi.JP/a?b=c", "https://api.smaregi.jp:443", "/a?b=c"},
           Row{"http://127.0.0.1:8080/x", "http://127.0.0.1:8080", "/x"},
           Row{"http://localhost?x=1", "http://localhost:80", "/?x=1"},
           Row{"http://[::1]:9/x", "http://[::1]:9", "/x"},
           Row{"https://a_b-c.example:65535/", "https://a_b-c.example:65535", "/"},
       }) {
    const auto url = parse_url(row.url);
    ASSERT_TRUE(url) << row.url << ": " << url.error().message;
    EXPECT_EQ(url->origin(), row.origin);
    EXPECT_EQ(url->path, row.path);
  }
}

TEST(Url, WhatIsNoAddressIsRefused) {
  for (const char* url : {"",
                          "api.smaregi.jp",
                          "ftp://a",
                          "https://",
                          "https:///x",
                          "https://a b",
                          "https://a\r\nb",
                          "https://user@a",
                          "https://user:pass@a/",
                          "https://a#f",
                          "https://a:0",
                          "https://a:65536",
                          "https://a:",
                          "https://a:8x",
                          "https://[::1",
                          "https://[zz]",
                          "https://[::1]x",
                          "https://a..b",
                          "https://.a",
                          "https://ä.example"}) {
    const auto parsed = parse_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid) << url;
  }
  const std::string prefix = "https://a/";
  EXPECT_TRUE(parse_url(prefix + std::string(kMaxUrlBytes - prefix.size(), 'x')));
  EXPECT_FALSE(parse_url(prefix + std::string(kMaxUrlBytes - prefix.size() + 1, 'x')));
}

TEST(Url, OnlyThisMachineIsLoopback) {
  for (const char* host : {"127.0.0.1", "127.255.255.255", "localhost", "::1"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host :
       {"127.0.0.1.example.com", "127.0.0", "127.0.0.256", "128.0.0.1", "10.0.0.1",
        "localhost.example", "example.com", "0.0.0.0", "::", "127.0.0.-1", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(Url, BaseAddressOfAPlatform) {
  for (const char* url :
       {"https://id.smaregi.jp", "https://{shop}", "http://127.0.0.1:9000",
        "http://127.0.0.1:9000/{shop}", "http://[::1]:9000", "http://localhost:1"}) {
    EXPECT_TRUE(check_base_address(url)) << url;
  }
  for (const char* url :
       {"http://id.smaregi.jp", "http://{shop}", "http://10.0.0.1", "http://0.0.0.0:80",
        "https://a?x=1", "file:///etc/passwd", "https://user@a"}) {
    EXPECT_FALSE(check_base_address(url)) << url;
  }
}

TEST(Url, ShopDomains) {
  for (const char* domain : {"a.myshopify.com", "A-b_9.myshopify.com"}) {
    EXPECT_TRUE(is_shop_domain(domain)) << domain;
  }
  for (const char* domain :
       {"", ".myshopify.com", "-a.myshopify.com", "a.b.myshopify.com", "a.myshopify.com.evil.com",
        "a.myshopify.com/", "a.myshopify.com@evil.com", "evil.com/a.myshopify.com",
        "a.myshopify.io", "a\n.myshopify.com", "myshopify.com"}) {
    EXPECT_FALSE(is_shop_domain(domain)) << domain;
  }
}

TEST(Url, QueryValuesAreEncoded) {
  EXPECT_EQ(form_encode({{"a", "2022-10-26T15:22:35+09:00"}, {"b", "x y&z=ä"}}),
            "a=2022-10-26T15%3A22%3A35%2B09%3A00&b=x%20y%26z%3D%C3%A4");
  EXPECT_EQ(percent_encode("../a?b"), "..%2Fa%3Fb");
  EXPECT_EQ(join_url("https://a/", "/b"), "https://a/b");
  EXPECT_EQ(join_url("https://a", "/b"), "https://a/b");
}

}  // namespace
}  // namespace tsunagi
