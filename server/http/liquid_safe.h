#pragma once
// Text for answers that Shopify renders as Liquid (content type application/liquid).

#include <string>
#include <string_view>

namespace tsunagi::http {

// HTML (already escaped as HTML) that stays the same for a browser and is nothing but text for
// Liquid: { } and % become character references, which both text and attribute values understand.
// Not for the inside of <script> or <style>.
std::string liquid_safe(std::string_view html);

}  // namespace tsunagi::http
