#pragma once
// Reads markup as strictly as the views must write it: every tag closed in order, every attribute
// double-quoted, no stray & < >. A slow and obvious second opinion for the tests.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tsunagi {

struct Element {
  std::string tag;
  std::map<std::string, std::string> attributes;  // still escaped
  std::string text;                               // of it and of everything inside
};

struct ReadMarkup {
  std::vector<Element> elements;  // in the order of their opening tags
  std::string objection;          // empty: well written

  // The elements that have the class.
  [[nodiscard]] std::vector<Element> with_class(std::string_view name) const {
    std::vector<Element> found;
    for (const Element& element : elements) {
      const auto classes = element.attributes.find("class");
      if (classes != element.attributes.end() &&
          (" " + classes->second + " ").find(" " + std::string(name) + " ") != std::string::npos) {
        found.push_back(element);
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<Element> with(const std::string& attribute,
                                          std::string_view value) const {
    std::vector<Element> found;
    for (const Element& element : elements) {
      const auto at = element.attributes.find(attribute);
      if (at != element.attributes.end() && at->second == value) {
        found.push_back(element);
      }
    }
    return found;
  }
  [[nodiscard]] std::string text_of(std::string_view class_name) const {
    const std::vector<Element> found = with_class(class_name);
    return found.empty() ? "(none)" : found[0].text;
  }
};

inline ReadMarkup read_markup(std::string_view html) {
  ReadMarkup read;
  std::vector<size_t> open;  // indices into read.elements
  const auto object = [&](const std::string& why, size_t at) {
    if (read.objection.empty()) {
      read.objection = why + " at \"" + std::string(html.substr(at, 60)) + "\"";
    }
    return read;
  };
  const auto entity = [&](size_t at) {
    for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"}) {
      if (html.substr(at, known.size()) == known) {
        return true;
      }
    }
    return false;
  };
  for (size_t i = 0; i < html.size();) {
    if (html[i] != '<') {
      if (html[i] == '>' || (html[i] == '&' && !entity(i)) ||
          static_cast<unsigned char>(html[i]) < ' ' || open.empty()) {
        return object("text that is not escaped", i);
      }
      for (const size_t index : open) {
        read.elements[index].text += html[i];
      }
      ++i;
      continue;
    }
    const size_t start = i;
    if (html.substr(i, 2) == "</") {
      const size_t end = html.find('>', i);
      if (end == std::string_view::npos || open.empty() ||
          html.substr(i + 2, end - i - 2) != read.elements[open.back()].tag) {
        return object("wrong closing tag", start);
      }
      open.pop_back();
      i = end + 1;
      continue;
    }
    Element element;
    for (++i; i < html.size() && ((html[i] >= 'a' && html[i] <= 'z')); ++i) {
      element.tag += html[i];
    }
    while (i < html.size() && html[i] == ' ') {
      const size_t equals = html.find("=\"", i);
      const size_t quote = equals == std::string_view::npos ? equals : html.find('"', equals + 2);
      if (quote == std::string_view::npos) {
        return object("attribute without quotes", start);
      }
      const std::string name(html.substr(i + 1, equals - i - 1));
      const std::string_view value = html.substr(equals + 2, quote - equals - 2);
      if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") !=
              std::string::npos ||
          name.empty() || !element.attributes.emplace(name, value).second) {
        return object("bad attribute", start);
      }
      for (size_t at = 0; at < value.size(); ++at) {
        if (value[at] == '<' || value[at] == '>' ||
            (value[at] == '&' && !entity(equals + 2 + at))) {
          return object("attribute that is not escaped", start);
        }
      }
      i = quote + 1;
    }
    if (element.tag.empty() || i >= html.size() || html[i] != '>') {
      return object("bad tag", start);
    }
    ++i;
    read.elements.push_back(element);
    if (element.tag != "input") open.push_back(read.elements.size() - 1);  // has no end
  }
  return open.empty() ? read : object("not closed", html.size());
}

}  // namespace tsunagi
