#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// Text as it may come from a suite, a plugin, a data set, a file's name or the host, made to do
/// something where it is shown. None is empty.
inline const std::vector<std::string>& hostile_strings() {
  static const std::vector<std::string> strings{
      // terminals
      "\x1b[2J\x1b[31mred",                  // clears the screen
      "\x1b]0;title\x07",                    // sets a title
      "\x1b]8;;http://evil.example\x1b\\x",  // a link
      "\x1b]52;c;cm0gLXJm\x07",              // sets the clipboard
      "\xc2\x9b"
      "31mred",  // CSI as one character
      "\r overwritten",
      "a\bb\vc\fd",
      "a\tb",
      "bell\x07",
      std::string("nul\0nul", 7),
      "del\x7f",
      "two\nlines",
      "windows\r\nlines",
      "x\nndbench_suite: all is well",
      "x\nnull/cpu/fixed/step  1.0 ms",
      // bytes that are not UTF-8
      "\xff\xfe",
      "cut\xe2\x82",
      "overlong\xc0\xaf",
      "surrogate\xed\xa0\x80",
      "beyond\xf4\x90\x80\x80",
      // reordered and hidden
      "\u202etxt.exe",
      "\u2066a\u2069",
      "zero\u200bwidth",
      "joiner\u200d",
      "mark\u200e",
      "soft\u00adhyphen",
      "\ufeffbom",
      "line\u2028separator",
      "next\u0085line",
      "filler\u3164\u115f\uffa0",
      "variation\ufe0f",
      "tag\U000e0041",
      "selector\U000e0101",
      // spreadsheets
      "=1+1",
      "+1+1",
      "-1+1",
      "@SUM(1)",
      "=cmd|' /C calc'!A0",
      "=HYPERLINK(\"http://evil.example\",\"x\")",
      " =1+1",
      "\t=1+1",
      "\r=1+1",
      "\n=1+1",
      "＝1+1",
      "a,b;c",
      "\"quoted\"",
      "a\",=1+1,\"b",
      "'apostrophe",
      // Markdown and HTML
      "a | b | c",
      "a \\| b",
      "`code`",
      "``` fence",
      "<script>alert(1)</script>",
      "<!-- comment",
      "&lt;b&gt;",
      "@user and @org/team",
      "#1 GH-2 org/name#3",
      "[link](http://evil.example)",
      "![image](http://evil.example/x.png)",
      "http://evil.example www.evil.example a@evil.example",
      "**bold** _italic_ ~~gone~~ $x$",
      "# heading",
      "---",
      // JSON and formats of text
      "\\\"}, {\"name\": \"x",
      "\\u0000",
      "{} {0} %s %n",
      "$(reboot) ${HOME} ~ !!",
      "../../etc/passwd",
      std::string(3000, 'x'),
  };
  return strings;
}

/// Whether a terminal could take any of `text` for more than characters to show; line breaks aside.
inline bool has_control_byte(std::string_view text) {
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte < 0x20 && byte != '\n') || byte == 0x7f) return true;
  }
  // C1 controls, bidirectional and zero-width formatting, the byte order mark, tags.
  for (const std::string_view hidden :
       {"\xc2\x80", "\xc2\x85", "\xc2\x9b", "\xc2\xad", "\u200b", "\u200d", "\u200e", "\u2028",
        "\u202e", "\u2066", "\u2069", "\ufeff", "\u3164", "\u115f", "\uffa0", "\ufe0f",
        "\U000e0041", "\U000e0101"}) {
    if (text.find(hidden) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace ndbench
