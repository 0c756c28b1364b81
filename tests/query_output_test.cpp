#include "core/query_output.h"

#include <gmock/gmock.h>

#include <limits>

namespace ndbench {
namespace {

using namespace std::literals;

std::string written(bool json, const std::vector<std::string>& columns,
                    const std::vector<std::vector<QueryCell>>& rows) {
  std::string text;
  const auto sink = [&](std::string_view part) { text += part; };
  const auto output =
      json ? make_json_query_output(columns, sink) : make_csv_query_output(columns, sink);
  for (const auto& row : rows) output->row(row);
  output->end();
  return text;
}

const std::vector<QueryCell> kCells{
    std::monostate(), std::int64_t{-7},  0.1, std::numeric_limits<double>::infinity(),
    "a\"b\xff"sv,     Blob{"\x00\xa5"sv}};
const std::vector<std::string> kColumns{"n", "i", "d", "f", "t", "b"};

TEST(QueryOutput, WritesStrictJson) {
  EXPECT_EQ(written(true, kColumns, {kCells, kCells}),
            "[\n{\"n\":null,\"i\":-7,\"d\":0.1,\"f\":null,\"t\":\"a\\\"b\\ufffd\",\"b\":"
            "\"00a5\"},\n{\"n\":null,\"i\":-7,\"d\":0.1,\"f\":null,\"t\":\"a\\\"b\\ufffd\","
            "\"b\":\"00a5\"}\n]\n");
  EXPECT_EQ(written(true, kColumns, {}), "[]\n");
}

TEST(QueryOutput, NamesNoKeyTwice) {
  EXPECT_EQ(written(true, {"a", "a", "a_2"}, {{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}),
            "[\n{\"a\":1,\"a_2\":2,\"a_2_2\":3}\n]\n");
}

TEST(QueryOutput, WritesCsv) {
  EXPECT_EQ(written(false, kColumns, {kCells}), "n,i,d,f,t,b\n,-7,0.1,,\"a\"\"b\\xff\",00a5\n");
  EXPECT_EQ(written(false, {"a"}, {{std::monostate()}}), "a\n\"\"\n");
}

TEST(QueryOutput, LetsNoTextPassForAFormula) {
  for (const std::string_view text : {"=1+1"sv, "+1"sv, "-1"sv, "@a"sv}) {
    EXPECT_EQ(written(false, {"a"}, {{text}}), "a\n'" + std::string(text) + "\n");
  }
  EXPECT_EQ(written(false, {"a"}, {{"\t=1"sv}}), "a\n'\\x09=1\n");
  EXPECT_EQ(written(false, {"a"}, {{"\r=1"sv}}), "a\n'\\x0d=1\n");
  EXPECT_EQ(written(false, {"=a"}, {}), "'=a\n");
  EXPECT_EQ(written(false, {"a"}, {{"a,b\nc"sv}}), "a\n\"a,b\nc\"\n");
}

}  // namespace
}  // namespace ndbench
