#pragma once
// Text for answers that Shopify renders as Liquid (content type application/liquid).

#include <string>
#include <string_view>

namespace tsunagi::http {

// HTML (already escaped as HTML) that stays the same for a browser and is nothing but text for
// Liquid: { } and % become character references, which both text and attribute values understand.
// Not for the inside of <script> or <style>.
std::string liquid_safe(std::string_view html);

// JSON, or text inside a JSON string, for a <script type="application/json"> island: < > & { } %
// inside strings become
// \u00XX. The braces of the JSON's own structure stay, separated so that no "{{", "{%", "}}" or
// "%}" is left.
std::string liquid_safe_json(std::string_view json);

}  // namespace tsunagi::http
