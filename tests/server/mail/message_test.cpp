// A mail as bytes: what nobody can put into it, and what a reader gets out of it.

#include "server/mail/message.h"

#include <gtest/gtest.h>

#include <sstream>

#include "server/base/crypto.h"
#include "server/domain/mail_address.h"

namespace tsunagi::mail {
namespace {

constexpr const char* kFrom = "tsunagi@tsunagi.example";

Mail somebody() {
  return {
      .to = "owner@shop.example",
      .subject = "残高のある会員がいなくなりました / A member with points has left: T0123456789012",
      .text = "一行目\n.\n最後の行\n",
      .id = "leaving.700.5.1790000000",
      .at = 1'790'000'000};
}

std::string decoded(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  const auto bytes = decode_base64(text);
  EXPECT_TRUE(bytes.ok()) << text;
  return bytes.ok() ? *bytes : "";
}

TEST(MailMessage, HasItsHeadersOnceAndItsTextWhole) {
  const auto made = message(somebody(), kFrom);
  ASSERT_TRUE(made.ok()) << made.error().message;
  const size_t end = made->find("\r\n\r\n");
  ASSERT_NE(end, std::string::npos);
  const std::string head = made->substr(0, end + 2);
  EXPECT_TRUE(head.starts_with("Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n")) << head;
  for (const char* line :
       {"\r\nFrom: Tsunagi <tsunagi@tsunagi.example>\r\n", "\r\nTo: <owner@shop.example>\r\n",
        "\r\nMessage-ID: <leaving.700.5.1790000000@tsunagi.example>\r\n",
        "\r\nContent-Type: text/plain; charset=UTF-8\r\n",
        "\r\nContent-Transfer-Encoding: base64\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(decoded(made->substr(end + 4)), "一行目\r\n.\r\n最後の行\r\n");
  EXPECT_EQ(*message(somebody(), kFrom), *made) << "sent again it is the same";
}

TEST(MailMessage, WhoeverSendsItIsCalledByTheirNameAndAddsNoHeader) {
  const auto from = [](const std::string& name) {
    Mail mail = somebody();
    mail.from_name = name;
    const std::string made = *message(mail, kFrom);
    const size_t at = made.find("\r\nFrom: ") + 8;
    return made.substr(at, made.find("\r\nTo: ") - at);
  };
  EXPECT_EQ(from("Cafe Neko"), "Cafe Neko <tsunagi@tsunagi.example>");
  EXPECT_EQ(from(""), "<tsunagi@tsunagi.example>");
  EXPECT_EQ(from("繋ぎ"), "=?UTF-8?B?57mL44GO?= <tsunagi@tsunagi.example>");
  EXPECT_EQ(from("a\r\nBcc: b@c.d").find("Bcc"), std::string::npos);
  EXPECT_EQ(from("\"<x>").find("<x>"), std::string::npos);
}

TEST(MailMessage, ItsSubjectIsInWordsThatEndBetweenCharacters) {
  const auto made = message(somebody(), kFrom);
  ASSERT_TRUE(made.ok());
  std::string subject;
  std::istringstream lines(made->substr(made->find("Subject: ") + 9));
  for (std::string line;
       std::getline(lines, line) && line.find("=?UTF-8?B?") != std::string::npos;) {
    const size_t begin = line.find("=?UTF-8?B?");
    const size_t close = line.find("?=", begin);
    ASSERT_NE(close, std::string::npos);
    EXPECT_LE(close + 2 - begin, 75U);
    const std::string word = decoded(line.substr(begin + 10, close - begin - 10));
    EXPECT_NE(static_cast<unsigned char>(word.front()) & 0xC0U, 0x80U) << "begins in a character";
    subject += word;
  }
  EXPECT_EQ(subject, somebody().subject);
}

TEST(MailMessage, NothingTypedBecomesAHeader) {
  Mail mail = somebody();
  mail.subject = "x\r\nBcc: <thief@example.com>\r\n\r\nbody";
  mail.text = "\r\n.\r\nMAIL FROM:<thief@example.com>\r\n";
  const auto made = message(mail, kFrom);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->find("thief"), std::string::npos);
  for (size_t at = made->find('\n'); at != std::string::npos; at = made->find('\n', at + 1)) {
    EXPECT_EQ((*made)[at - 1], '\r') << "every line ends in CR LF";
  }
  std::istringstream lines(*made);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 998U);
}

TEST(MailMessage, RefusesAddressesAndIdsThatAreNone) {
  for (const char* address :
       {"", "owner", "@shop.example", "owner@", "a@b@c", "a b@shop.example",
        "a@shop.example\r\nBcc: x@y", "<a@shop.example>", "a@shop.example,b@shop.example",
        "a\"@shop.example", "オーナー@shop.example"}) {
    Mail mail = somebody();
    mail.to = address;
    EXPECT_EQ(message(mail, kFrom).error().code, ErrorCode::kInvalid) << address;
    EXPECT_EQ(message(somebody(), address).error().code, ErrorCode::kInvalid) << address;
    EXPECT_FALSE(is_mail_address(address));
  }
  EXPECT_TRUE(is_mail_address("a+b.c@" + std::string(248, 'd')));
  EXPECT_FALSE(is_mail_address("a+b.cc@" + std::string(248, 'd')));
  for (const char* id : {"", "a b", "a@b", "a\r\nb", "a>"}) {
    Mail mail = somebody();
    mail.id = id;
    EXPECT_EQ(message(mail, kFrom).error().code, ErrorCode::kInvalid) << id;
  }
}

}  // namespace
}  // namespace tsunagi::mail
