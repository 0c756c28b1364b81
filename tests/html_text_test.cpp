#include "core/html_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "hostile_strings.h"

namespace ndbench {
namespace {

using nlohmann::json;

/// What a browser makes of it.
std::string shown(std::string html) {
  const std::vector<std::pair<std::string, std::string>> references{
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
  for (const auto& [reference, character] : references) {
    for (auto at = html.find(reference); at != std::string::npos;
         at = html.find(reference, at + 1)) {
      html.replace(at, reference.size(), character);
    }
  }
  return html;
}

TEST(HtmlText, EscapesWhatHtmlReadsAsMarkup) {
  EXPECT_EQ(html_text(""), "");
  EXPECT_EQ(html_text("a & b < c > d \" e ' f"), "a &amp; b &lt; c &gt; d &quot; e ' f");
  EXPECT_EQ(html_text("</script><!--"), "&lt;/script&gt;&lt;!--");
  EXPECT_EQ(html_text("&lt;"), "&amp;lt;");
  EXPECT_EQ(html_text("µ → 1,5 ✓"), "µ → 1,5 ✓");
}

TEST(HtmlText, ShowsWhatHidesOrReorders) {
  EXPECT_EQ(html_text("\u202etxt.exe"), "\\u202etxt.exe");
  EXPECT_EQ(html_text("a\u2028b\u2029"), "a\\u2028b\\u2029");
  EXPECT_EQ(html_text(std::string_view("nul\0", 4)), "nul\\x00");
  EXPECT_EQ(html_text("two\nlines"), "two\\x0alines");
  EXPECT_EQ(html_text("\xff"), "\\xff");
}

TEST(HtmlText, KeepsLinesWhereTheyAreShown) {
  EXPECT_EQ(html_lines("a < b\n\x1b[2J\n"), "a &lt; b\n\\x1b[2J\n");
}

TEST(HtmlText, CutsBetweenCharacters) {
  EXPECT_EQ(html_text_cut("", 3), "");
  EXPECT_EQ(html_text_cut("abc", 3), "abc");
  EXPECT_EQ(html_text_cut("abcd", 3), "abc…");
  EXPECT_EQ(html_text_cut("äöüß", 3), "äöü…");
  EXPECT_EQ(html_text_cut("<<<<", 2), "&lt;&lt;…");
  EXPECT_EQ(html_text_cut(std::string(100'000, 'x'), 2), "xx…");
}

TEST(HtmlText, NoHostileStringIsMoreThanText) {
  for (const std::string& hostile : hostile_strings()) {
    const std::string html = html_text(hostile);
    EXPECT_EQ(html.find_first_of("<>\""), std::string::npos) << html;
    EXPECT_FALSE(has_control_byte(html)) << html;
    EXPECT_FALSE(has_control_byte(html_lines(hostile)));
    EXPECT_FALSE(has_control_byte(html_text_cut(hostile, 5)));
    EXPECT_EQ(html_text(shown(html)), html);  // nothing was lost on the way
  }
}

TEST(HtmlJson, HoldsNothingThatEndsAScriptOrBeginsAComment) {
  EXPECT_EQ(html_json(json("</script>")), R"("\u003c/script\u003e")");
  EXPECT_EQ(html_json(json("<!--<SCRIPT>")), R"("\u003c!--\u003cSCRIPT\u003e")");
  EXPECT_EQ(html_json(json("&lt;")), R"("\u0026lt;")");
  EXPECT_EQ(html_json(json("\u2028\u2029")), R"("\u2028\u2029")");
  EXPECT_EQ(html_json(json{{"<", {1, nullptr, "a"}}}), R"({"\u003c":[1,null,"a"]})");
}

TEST(HtmlJson, IsTheSameJsonForEveryString) {
  for (const std::string& hostile : hostile_strings()) {
    const std::string text = html_json(json{{hostile, hostile}});
    EXPECT_EQ(text.find_first_of("<>&"), std::string::npos) << text;
    EXPECT_EQ(json::parse(text), json::parse(json_text(json{{hostile, hostile}})));
  }
}

}  // namespace
}  // namespace ndbench
