#include "core/npy_file.h"

#include <gmock/gmock.h>

#include <array>

#include "ndbench/error.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(NpyFile, IsWhatNumPyWrites) {
  // numpy.save(file, numpy.array([[0, 1, -2], [0.5, 3, 4]], dtype="<f4")) of NumPy 1.24.
  const std::array<float, 6> values{0.0F, 1.0F, -2.0F, 0.5F, 3.0F, 4.0F};
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  expected += std::string(127 - expected.size(), ' ') + "\n";
  expected += std::string("\x00\x00\x00\x00\x00\x00\x80\x3f\x00\x00\x00\xc0", 12);
  expected += std::string("\x00\x00\x00\x3f\x00\x00\x40\x40\x00\x00\x80\x40", 12);
  EXPECT_EQ(npy_bytes(values, 2), expected);
}

TEST(NpyFile, BeginsItsValuesAtAMultipleOf64Bytes) {
  for (const std::size_t rows : {1U, 10U, 100U, 1000U, 100'000U}) {
    const std::vector<float> values(rows, 1.0F);
    EXPECT_EQ((npy_bytes(values, rows).size() - 4 * rows) % 64, 0U) << rows;
  }
}

TEST(NpyFile, RefusesRowsThatAreNotFull) {
  const std::array<float, 3> values{};
  EXPECT_THAT([&] { (void)npy_bytes(values, 2); },
              ThrowsMessage<Error>(HasSubstr("3 values does not have 2 rows")));
  EXPECT_THROW((void)npy_bytes(values, 0), Error);
  EXPECT_THROW((void)npy_bytes(std::span<const float>{}, 2), Error);
}

TEST(NpyFile, IsReadBack) {
  const std::vector<float> floats{0.5F, -1.0F, 1e-30F, 2.0F, 3.0F, 4.0F};
  const auto read = parse_npy<float>(npy_bytes(floats, 3));
  EXPECT_EQ(read.rows, 3U);
  EXPECT_EQ(read.values, floats);
  const std::vector<std::int32_t> integers{1, -2, 3, 4};
  EXPECT_EQ(parse_npy<std::int32_t>(npy_bytes(integers, 1)).values, integers);
}

TEST(NpyFile, IsReadFromNothingElse) {
  const std::string whole = npy_bytes(std::vector<float>{1.0F, 2.0F}, 1);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW((void)parse_npy<float>(whole.substr(0, size)), Error) << size;
  }
  EXPECT_THROW((void)parse_npy<float>(whole + "x"), Error);
  EXPECT_THROW((void)parse_npy<std::int32_t>(whole), Error);
  std::string vast = whole;
  vast.replace(vast.find("(1, 2)"), 6, "(9, 9)");
  EXPECT_THROW((void)parse_npy<float>(vast), Error);
}

}  // namespace
}  // namespace ndbench
