# Writes till_assets.h: the till page in each language with its words filled in, its script and its style.
# words.LANG.txt has lines "key = text"; the page and the script name them as {{key}}.
function(fill language result)
  file(READ ${TILL}/till.html page)
  file(STRINGS ${TILL}/words.${language}.txt lines ENCODING UTF-8)
  foreach(line IN LISTS lines)
    if(line MATCHES "^([a-z_]+) = (.*)$")
      string(REPLACE "{{${CMAKE_MATCH_1}}}" "${CMAKE_MATCH_2}" page "${page}")
    endif()
  endforeach()
  string(REPLACE "{{lang}}" "${language}" page "${page}")
  if(page MATCHES "{{([a-z_]+)}}")
    message(FATAL_ERROR "words.${language}.txt has no ${CMAKE_MATCH_1}")
  endif()
  set(${result} "${page}" PARENT_SCOPE)
endfunction()
fill(ja page_ja)
fill(en page_en)
file(READ ${TILL}/till.js script)
file(READ ${TILL}/till.css style)
file(WRITE ${OUTPUT} "#pragma once
// Made from http/till by till_assets.cmake.
namespace tsunagi::smaregi_sandbox {
inline constexpr char kTillPageJa[] = R\"till(${page_ja})till\";
inline constexpr char kTillPageEn[] = R\"till(${page_en})till\";
inline constexpr char kTillScript[] = R\"till(${script})till\";
inline constexpr char kTillStyle[] = R\"till(${style})till\";
}  // namespace tsunagi::smaregi_sandbox
")
