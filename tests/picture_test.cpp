#include "data/picture.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <zlib.h>

#include <array>

extern "C" {
#include <libavutil/cpu.h>
}

#include "ndbench/error.h"
#include "picture_file.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::span<const std::uint8_t> bytes_of(const std::string& file) {
  return {reinterpret_cast<const std::uint8_t*>(file.data()), file.size()};
}

Picture decode(const std::string& file, const PictureShape& wanted = {}) {
  return decode_picture(bytes_of(file), "some.file", wanted);
}

template <typename Matcher>
void expect_refused(const std::string& file, Matcher matcher) {
  EXPECT_THAT([&] { (void)decode(file); },
              ThrowsMessage<Error>(AllOf(HasSubstr("some.file: "), matcher)));
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string content = type + data;
  const auto crc = ::crc32(0, bytes_of(content).data(), static_cast<unsigned>(content.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + content +
         big_endian(static_cast<std::uint32_t>(crc));
}

/// A grey PNG whose header claims a size and which holds `rows` as its compressed data.
std::string png_claiming(std::uint32_t width, std::uint32_t height, const std::string& rows) {
  std::string packed(::compressBound(rows.size()), '\0');
  auto size = static_cast<uLongf>(packed.size());
  ::compress(reinterpret_cast<Bytef*>(packed.data()), &size, bytes_of(rows).data(), rows.size());
  packed.resize(size);
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR",
                   big_endian(width) + big_endian(height) + std::string("\x08\0\0\0\0", 5)) +
         png_chunk("IDAT", packed) + png_chunk("IEND", "");
}

TEST(Picture, PngComesBackByteForByteAsPlanes) {
  const Picture picture =
      decode(png_file(2, 3, [](int c, int y, int x) { return 100 * c + 10 * y + x; }));
  EXPECT_EQ(picture.shape, (PictureShape{.channels = 3, .height = 2, .width = 3}));
  EXPECT_THAT(picture.pixels, ElementsAre(0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112, 200,
                                          201, 202, 210, 211, 212));
}

TEST(Picture, OfOnePixel) {
  EXPECT_THAT(decode(png_file(1, 1, [](int c, int, int) { return 7 * c + 1; })).pixels,
              ElementsAre(1, 8, 15));
}

TEST(Picture, GreyPngGivesThreeEqualPlanes) {
  const Picture picture = decode(encode_picture(AV_CODEC_ID_PNG, AV_PIX_FMT_GRAY8, 1, 3,
                                                [](int, int, int x) { return 127 * x; }));
  EXPECT_THAT(picture.pixels, ElementsAre(0, 127, 254, 0, 127, 254, 0, 127, 254));
}

TEST(Picture, GreyWhereGreyIsAskedFor) {
  const std::string file = encode_picture(AV_CODEC_ID_PNG, AV_PIX_FMT_GRAY8, 1, 3,
                                          [](int, int, int x) { return 127 * x; });
  EXPECT_THAT(decode(file, {.channels = 1}).pixels, ElementsAre(0, 127, 254));
}

TEST(Picture, JpegUsesTheWholeRangeFromBlackToWhite) {
  for (const int grey : {0, 1, 16, 128, 235, 255}) {
    const Picture picture = decode(grey_jpeg(8, 8, grey));
    ASSERT_EQ(picture.pixels.size(), 192U);
    EXPECT_THAT(picture.pixels, Each(testing::AllOf(testing::Ge(grey - 1), testing::Le(grey + 1))));
  }
}

TEST(Picture, JpegColoursAreThoseOfItsStandard) {
  // JFIF 1.02: R = Y + 1.402 (Cr - 128), G = Y - 0.34414 (Cb - 128) - 0.71414 (Cr - 128),
  // B = Y + 1.772 (Cb - 128). Y 100, Cb 90, Cr 180 gives 172.9, 75.9, 32.7.
  constexpr std::array kColour{100, 90, 180};
  const Picture picture = decode(jpeg_file(16, 16, [&](int channel, int, int) {
    return kColour.at(static_cast<std::size_t>(channel));
  }));
  EXPECT_NEAR(picture.pixels[0], 173, 2);
  EXPECT_NEAR(picture.pixels[256], 76, 2);
  EXPECT_NEAR(picture.pixels[512], 33, 2);
}

TEST(Picture, IsTheSameBytesWithoutTheVectorUnitsOfTheCpu) {
  const std::string file = busy_jpeg(75, 101);
  const PictureShape wanted{.channels = 3, .height = 32, .width = 32};
  const Picture fast = decode(file);
  const Picture fast_scaled = decode(file, wanted);
  av_force_cpu_flags(0);
  const Picture plain = decode(file);
  const Picture plain_scaled = decode(file, wanted);
  av_force_cpu_flags(-1);
  EXPECT_EQ(fast.pixels, plain.pixels);
  EXPECT_EQ(fast_scaled.pixels, plain_scaled.pixels);
}

TEST(Picture, FileThatEndsBeforeItsImage) {
  const std::string file = busy_jpeg(64, 64);
  for (const std::size_t kept : {file.size() - 1, file.size() / 2, std::size_t{200}}) {
    expect_refused(file.substr(0, kept), HasSubstr(std::to_string(kept)));
  }
}

TEST(Picture, MayHaveSomethingBehindItsEnd) {
  const std::string file = grey_jpeg(8, 8, 50);
  EXPECT_EQ(decode(file + "appended").pixels, decode(file).pixels);
}

TEST(Picture, TheEndOfAThumbnailIsNotTheEndOfTheImage) {
  const std::string file = grey_jpeg(8, 8, 50);
  const std::string thumbnail = "Exif thumbnail \xff\xd9 of a kind";
  const std::string segment =
      std::string("\xff\xe1\0", 3) + static_cast<char>(thumbnail.size() + 2) + thumbnail;
  const std::string whole = file.substr(0, 2) + segment + file.substr(2);
  EXPECT_EQ(decode(whole).pixels, decode(file).pixels);
  expect_refused(whole.substr(0, whole.size() - 2), HasSubstr("before its JPEG image does"));
}

TEST(Picture, JpegWithoutTheMiddleOfItsData) {
  const std::string file = busy_jpeg(64, 64);
  const std::size_t middle = file.size() / 2;
  expect_refused(file.substr(0, middle) + file.substr(middle + file.size() / 4),
                 HasSubstr("damaged JPEG"));
}

TEST(Picture, JpegWithForeignBytesInTheMiddle) {
  std::string file = busy_jpeg(64, 64);
  file.replace(file.size() / 2, 64, std::string(64, '\xfe'));
  expect_refused(file, HasSubstr("damaged JPEG"));
}

TEST(Picture, PngWithOneBitFlippedAnywhere) {
  const std::string file = png_file(16, 16, [](int c, int y, int x) { return c + y * 13 + x; });
  for (std::size_t at = 16; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_THROW((void)decode(damaged), Error) << "byte " << at;
  }
}

TEST(Picture, PngCutOffAnywhere) {
  const std::string file = png_file(16, 16, [](int c, int y, int x) { return c + y * 13 + x; });
  // The last chunk, of twelve bytes, says only that it is the last: the image is whole before.
  for (std::size_t kept = 0; kept < file.size() - 12; ++kept) {
    EXPECT_THROW((void)decode(file.substr(0, kept)), Error) << kept << " bytes";
  }
}

TEST(Picture, PngWithFewerRowsThanItsHeaderSays) {
  const std::string row = std::string(1, '\0') + "abc";
  EXPECT_EQ(decode(png_claiming(3, 2, row + row)).shape.height, 2);
  expect_refused(png_claiming(3, 2, row), HasSubstr("damaged PNG"));
}

TEST(Picture, MayEndInAnyColour) {
  for (const int grey : {0x5a, 0xa5}) {
    EXPECT_THAT(decode(png_file(2, 2, [grey](int, int, int) { return grey; })).pixels, Each(grey));
  }
}

TEST(Picture, RefusesAbsurdSizesBeforeItReservesMemoryForThem) {
  expect_refused(png_claiming(16385, 1, "x"), HasSubstr("16385x1"));
  expect_refused(png_claiming(16000, 16000, "x"), HasSubstr("damaged PNG"));
  expect_refused(png_claiming(0, 5, "x"), HasSubstr("damaged PNG"));
}

TEST(Picture, OfOneColourMayBeAThousandthOfItsPixels) {
  const std::string black = png_file(1000, 1000, [](int, int, int) { return 0; });
  EXPECT_LT(black.size(), 10'000U);
  EXPECT_EQ(decode(black).shape.width, 1000);
}

TEST(Picture, OfMorePixelsThanItsBytesCanHoldIsRefused) {
  expect_refused(png_claiming(9000, 9000, "x"), HasSubstr("9000x9000 pixels, more than its"));
}

TEST(Picture, OfAnotherFormatIsToldByItsFirstBytes) {
  expect_refused("GIF89a...", HasSubstr("47 49 46 38 39 61 2e 2e"));
  expect_refused("", HasSubstr("is empty"));
}

TEST(Picture, IsReadFromItsFile) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "a.png", png_file(1, 2, [](int c, int, int x) { return c + x; }));
  EXPECT_THAT(read_picture(folder.path() / "a.png", {}).pixels, ElementsAre(0, 1, 1, 2, 2, 3));
}

TEST(Picture, FileThatIsNoFileIsNamed) {
  const TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo.jpg";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT([&] { (void)read_picture(fifo, {}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("fifo.jpg"), HasSubstr("not a regular file"))));
  EXPECT_THAT([&] { (void)read_picture(folder.path() / "absent.jpg", {}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("absent.jpg"), HasSubstr("No such file"))));
}

TEST(Scaling, CutsTheMiddleOutOfTheLongerSide) {
  // 2 x 6 to 2 x 2: nothing is scaled, columns 2 and 3 are left.
  const std::string wide = png_file(2, 6, [](int c, int y, int x) { return 100 * c + 10 * y + x; });
  const PictureShape square{.channels = 3, .height = 2, .width = 2};
  EXPECT_THAT(decode(wide, square).pixels,
              ElementsAre(2, 3, 12, 13, 102, 103, 112, 113, 202, 203, 212, 213));
  const std::string high = png_file(6, 2, [](int c, int y, int x) { return 100 * c + 10 * y + x; });
  EXPECT_THAT(decode(high, square).pixels,
              ElementsAre(20, 21, 30, 31, 120, 121, 130, 131, 220, 221, 230, 231));
}

TEST(Scaling, AveragesWhereItShrinks) {
  // A chequerboard of 0 and 200 is 100 everywhere but at its edges.
  const std::string board = png_file(64, 64, [](int, int y, int x) { return (x + y) % 2 * 200; });
  const Picture picture = decode(board, {.channels = 3, .height = 8, .width = 8});
  for (std::size_t y = 1; y < 7; ++y) {
    for (std::size_t x = 1; x < 7; ++x) {
      EXPECT_NEAR(picture.pixels[8 * y + x], 100, 2);
    }
  }
}

TEST(Scaling, KeepsAConstantColour) {
  const std::string plain = png_file(7, 5, [](int c, int, int) { return 50 + 60 * c; });
  for (const std::int64_t side : {1, 3, 8, 40}) {
    const Picture picture = decode(plain, {.channels = 3, .height = side, .width = side});
    const auto area = static_cast<std::size_t>(side * side);
    ASSERT_EQ(picture.pixels.size(), 3 * area);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
      EXPECT_EQ(picture.pixels[i], 50 + 60 * (i / area));
    }
  }
}

TEST(Scaling, RefusesAStripThatWouldBecomeEnormous) {
  const std::string strip = png_file(1, 16000, [](int, int, int) { return 1; });
  EXPECT_THAT([&] { (void)decode(strip, {.channels = 3, .height = 224, .width = 224}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("some.file"), HasSubstr("too narrow"))));
}

}  // namespace
}  // namespace ndbench
