#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/html_text.h"
#include "core/statements.h"

namespace ndbench {
namespace {

constexpr std::size_t kFirstFindings = 12;

std::string statements_html(std::span<const Statement> statements) {
  constexpr const char* kClasses[] = {"bad", "warn", "good", "note"};
  std::string html = "<ul class=\"findings\">\n";
  for (const Statement& statement : statements) {
    html += fmt::format("<li class=\"{}\"><b>{}</b><span>{}</span></li>\n",
                        kClasses[static_cast<std::size_t>(statement.weight)],
                        html_text(statement.word), html_text(statement.text));
  }
  return html + "</ul>\n";
}

}  // namespace

HtmlSection findings_section(const Report& report) {
  const std::vector<Statement> statements = statements_of(report);
  const std::span<const Statement> all(statements);
  std::string html = statements_html(all.first(std::min(kFirstFindings, all.size())));
  if (all.size() > kFirstFindings) {
    html += html_fold(fmt::format("{} more", all.size() - kFirstFindings),
                      statements_html(all.subspan(kFirstFindings)));
  }
  return {"findings", "Findings", html};
}

}  // namespace ndbench
