#include "server/domain/fulfilment/pickup_mail_text.h"

#include <ctemplate/template.h>

#include <algorithm>
#include <memory>

#include "server/domain/fulfilment/default_mails.h"
#include "server/domain/fulfilment/pickup_mail.h"

namespace tsunagi {
namespace {

constexpr std::string_view kMarkOpens = "{{";
constexpr std::string_view kMarkCloses = "}}";
constexpr std::string_view kLinesName = "LINES";
constexpr std::string_view kProductName = "PRODUCT";
constexpr std::string_view kQuantityName = "QUANTITY";

std::string marked(std::string_view mark) {
  return std::string(kMarkOpens) + std::string(mark) + std::string(kMarkCloses);
}

// Reads one mark after the other; `open` are the sections that it is in.
std::optional<std::string> mark_error(std::string_view mark, MailMarks marks,
                                      std::vector<std::string_view>& open) {
  const bool opens = mark.starts_with('#');
  const bool closes = mark.starts_with('/');
  const std::string_view name = opens || closes ? mark.substr(1) : mark;
  if (std::ranges::find(marks, name) == marks.end()) {
    return "must not hold " + marked(mark) + ": there is no such name";
  }
  if (opens) open.push_back(name);
  if (!closes) return std::nullopt;
  if (open.empty() || open.back() != name) {
    return "must not hold " + marked(mark) + " where no " + marked("#" + std::string(name)) +
           " is open";
  }
  open.pop_back();
  return std::nullopt;
}

std::unique_ptr<ctemplate::Template> parsed_mail(std::string_view text) {
  return std::unique_ptr<ctemplate::Template>(
      ctemplate::Template::StringToTemplate(text.data(), text.size(), ctemplate::DO_NOT_STRIP));
}

ctemplate::TemplateString of(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

MailText default_mail_text(PickupMailStep step, std::string_view language) {
  return default_mail_text(word(step), language);
}

MailText default_mail_text(std::string_view name, std::string_view language) {
  for (const DefaultMail& mail : default_mails()) {
    if (mail.step != name || mail.language != language) continue;
    const size_t end = mail.text.find('\n');
    return {.subject = std::string(mail.text.substr(0, end)),
            .text = std::string(mail.text.substr(mail.text.find_first_not_of('\n', end)))};
  }
  return {};
}

// ctemplate says what is wrong on the process's standard error alone, and takes names that nobody
// fills: so the marks are read here, before it sees them.
std::optional<std::string> mail_template_error(std::string_view text, MailMarks marks) {
  std::vector<std::string_view> open;
  for (size_t at = text.find(kMarkOpens); at != std::string_view::npos;) {
    const size_t begins = at + kMarkOpens.size();
    const size_t ends = text.find(kMarkCloses, begins);
    if (ends == std::string_view::npos) return "must close each {{ with }}";
    if (auto error = mark_error(text.substr(begins, ends - begins), marks, open)) return error;
    at = text.find(kMarkOpens, ends + kMarkCloses.size());
  }
  if (!open.empty()) {
    const std::string name(open.back());
    return "must close " + marked("#" + name) + " with " + marked("/" + name);
  }
  if (parsed_mail(text) == nullptr) return "must be a template";
  return std::nullopt;
}

Result<std::string> filled_mail(std::string_view text, const MailFacts& facts, MailMarks marks) {
  if (const auto error = mail_template_error(text, marks)) {
    return Error{ErrorCode::kInternal, "a mail's template " + *error};
  }
  ctemplate::TemplateDictionary dictionary("mail");
  for (const auto& [name, value] : facts.values) {
    if (value.empty()) continue;
    dictionary.SetValue(of(name), of(value));
    dictionary.ShowSection(of(name));
  }
  for (const MailFacts::Line& line : facts.lines) {
    ctemplate::TemplateDictionary* each = dictionary.AddSectionDictionary(of(kLinesName));
    each->SetValue(of(kProductName), of(line.product));
    each->SetIntValue(of(kQuantityName), static_cast<long>(line.quantity));
  }
  std::string out;
  if (!parsed_mail(text)->Expand(&out, &dictionary)) {
    return Error{ErrorCode::kInternal, "a mail's template cannot be filled"};
  }
  return out;
}

}  // namespace tsunagi
