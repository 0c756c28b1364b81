#include "core/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace ndbench {
namespace {

TEST(FirstCharacter, FindsNothingInEmptyText) { EXPECT_FALSE(first_character("")); }

TEST(FirstCharacter, DecodesOneToFourBytes) {
  const auto expect = [](std::string_view text, char32_t code_point, std::size_t bytes) {
    const auto found = first_character(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->code_point, code_point);
    EXPECT_EQ(found->bytes, bytes);
  };
  expect("ab", U'a', 1);
  expect("éa", U'\u00e9', 2);
  expect("€a", U'\u20ac', 3);
  expect("😀a", U'\U0001f600', 4);
  expect("\xf4\x8f\xbf\xbf", U'\U0010ffff', 4);
}

TEST(FirstCharacter, RefusesWhatIsNotUtf8) {
  for (const std::string text : {
           "\x80",              // continuation without a lead
           "\xc3",              // cut short
           "\xe2\x82",          // cut short
           "\xc3(",             // no continuation
           "\xc0\xaf",          // overlong '/'
           "\xe0\x80\xaf",      // overlong '/'
           "\xf0\x80\x80\xaf",  // overlong '/'
           "\xed\xa0\x80",      // surrogate
           "\xf4\x90\x80\x80",  // beyond U+10FFFF
           "\xff",
       }) {
    EXPECT_FALSE(first_character(text)) << testing::PrintToString(text);
  }
}

TEST(Printable, LeavesReadableTextAlone) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("suites/default.toml: é € 😀"), "suites/default.toml: é € 😀");
}

TEST(Printable, NeutralisesTerminalControl) {
  EXPECT_EQ(printable("\x1b[31mred\r\n\t\x07\x7f"), "\\x1b[31mred\\x0d\\x0a\\x09\\x07\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");  // CSI as one code point
}

TEST(Printable, NeutralisesReorderingAndInvisibleText) {
  EXPECT_EQ(printable("a\u202eb\u200bc\u2028\ufeff"), "a\\u202eb\\u200bc\\u2028\\ufeff");
}

TEST(Printable, ShowsWhatUnicodeListsAsIgnorable) {
  EXPECT_EQ(printable("\u034f\u115f\u17b4\u180b\u3164\ufe0f\uffa0"),
            "\\u034f\\u115f\\u17b4\\u180b\\u3164\\ufe0f\\uffa0");
  EXPECT_EQ(printable("\U0001d173\U000e0041\U000e01ef"), "\\u1d173\\ue0041\\ue01ef");
}

TEST(PrintableLines, LeavesLineBreaksAndCutsNothing) {
  EXPECT_EQ(printable_lines(""), "");
  EXPECT_EQ(printable_lines("a\n\nb\r\n"), "a\n\nb\\x0d\n");
  EXPECT_EQ(printable_lines(std::string(5000, 'x')).size(), 5000U);
}

TEST(Printable, ShowsBytesThatAreNotUtf8) { EXPECT_EQ(printable("a\xff\xc3z"), "a\\xff\\xc3z"); }

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("abcd", 3), "abc…");
  EXPECT_EQ(printable("abé", 3), "ab…");
  EXPECT_EQ(printable("a", 0), "…");
}

}  // namespace
}  // namespace ndbench
