#include "core/xml_text.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

TEST(XmlText, HoldsNothingThatXmlForbids) {
  EXPECT_EQ(xml_text("a<b>&\"c\"\n\x1b\xff"), "a&lt;b&gt;&amp;&quot;c&quot;\n\\x1b\\xff");
  EXPECT_EQ(xml_text("\xef\xbf\xbe and \xef\xbf\xbf"), "\xef\xbf\xbd and \xef\xbf\xbd");
  EXPECT_EQ(xml_text("\xef\xbf\xbd é"), "\xef\xbf\xbd é");
  EXPECT_EQ(xml_text("]]>"), "]]&gt;");
}

TEST(XmlText, IsOneLineInAnAttribute) { EXPECT_EQ(xml_attribute("two\nlines"), "two\\x0alines"); }

}  // namespace
}  // namespace ndbench
