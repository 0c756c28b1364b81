// Every reader on files that are cut off, changed at random, or claim to be huge: it reads them or
// throws an Error that names the file, and never reserves memory that the file does not warrant.

#include <gmock/gmock.h>
#include <zlib.h>

#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/host_files.h"
#include "core/protocol.h"
#include "core/suite.h"
#include "data/celeba_lists.h"
#include "data/frame_list.h"
#include "data/idx.h"
#include "data/picture.h"
#include "data/video_file.h"
#include "largest_allocation.h"
#include "ndbench/error.h"
#include "ndbench/images.h"
#include "picture_file.h"
#include "protocol_frame.h"
#include "temporary_folder.h"
#include "video_writer.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

constexpr std::size_t kMostBytes = 100'000'000;
constexpr int kFlips = 2000;

/// A small file that is good, and what reads it.
struct Reader {
  std::string name;                                   ///< of the file, below a folder of its own
  std::string good;                                   ///< its bytes
  std::function<void(const fs::path& file)> read;     ///< throws Error
  std::function<void(const fs::path&)> prepare = {};  ///< makes what else must be there
  bool is_slow = false;  ///< cut at some offsets only, and changed less often
};

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string idx_file(const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string file{'\0', '\0', '\x08', static_cast<char>(shape.size())};
  for (const std::uint32_t size : shape) file += big_endian(size);
  return file + values;
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<unsigned>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string content = type + data;
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                           static_cast<unsigned>(content.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + content +
         big_endian(static_cast<std::uint32_t>(crc));
}

/// A PNG that claims a size, with few bytes of valid compressed data.
std::string png_claiming(std::uint32_t width, std::uint32_t height, int depth, int colour) {
  const std::string kind{static_cast<char>(depth), static_cast<char>(colour), '\0', '\0', '\0'};
  const std::string palette = colour == 3 ? png_chunk("PLTE", std::string(6, '\0')) : "";
  std::string zlib(compressBound(1000), '\0');
  auto size = static_cast<uLongf>(zlib.size());
  const std::string rows(1000, '\0');
  compress(reinterpret_cast<Bytef*>(zlib.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  zlib.resize(size);
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", big_endian(width) + big_endian(height) + kind) +
         palette + png_chunk("IDAT", zlib) + png_chunk("IEND", "");
}

/// `jpeg` with another size in the header of its frame.
std::string jpeg_claiming(std::string jpeg, int width, int height) {
  const std::size_t frame = jpeg.find("\xff\xc0");
  EXPECT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, big_endian(static_cast<std::uint32_t>(height << 16 | width)));
  return jpeg;
}

std::string video_bytes(const std::string& name, const VideoEncoding& encoding) {
  const TemporaryFolder folder;
  write_video(folder.path() / name, encoding);
  return read_bytes(folder.path() / name);
}

void read_video(const fs::path& file) {
  const VideoFile video(file, {}, std::make_shared<DecoderPool>(1));
  const FrameSize size = video.size();
  std::vector<std::uint8_t> frame(static_cast<std::size_t>(3 * size.width * size.height));
  for (std::int64_t number = video.frames() - 1; number >= 0; --number) {
    video.read(number, 1, frame);
  }
}

void read_messages(const fs::path& file) {
  MessageDecoder decoder;
  decoder.feed(read_bytes(file));
  try {
    while (decoder.next().has_value()) {
    }
  } catch (const Error& error) {
    throw Error(file.string() + ": " + error.what());  // the caller knows whose frame it is
  }
}

std::string suite_text() {
  return "seed = 7\nmodes = [\"fixed\", \"own\"]\n[[mode]]\nname = 'own'\nvaries = [\"order\"]\n"
         "threads = 2\n[step]\nreplicas = 6\nprecision = 0.02\n[epoch]\ntarget = 9e-1\n"
         "[[backend]]\nname = \"cpu\"\n[[model]]\nname = \"m\"\ndataset = \"a\\u00e9\"\n";
}

std::string frames() {
  StepSamples samples{{0.1, 0.2}, {2.3, 2.2}, 0.25, 128};
  samples.trace = {{.step = 1, .state_hash = "s", .differences = {{"outputs", {}}}}};
  EpochSample epoch;
  epoch.evaluation = {"accuracy", 0.5, true, 2, {0, 1}, {0, 0}};
  return encode(PhaseNote{"train"}, 0) + encode(samples, 1) + encode(epoch, 2) +
         encode(State{"ab12", {{"w", "1"}}}, 3);
}

Reader cifar_reader(const std::string& damaged, const std::string& good) {
  const auto load = [](const fs::path& file) {
    (void)load_images({.dataset = "cifar-10", .subset = 2}, {file.parent_path().parent_path()});
  };
  const auto prepare = [](const fs::path& folder) {
    const std::string record = "\x03" + std::string(3072, '\x20');
    for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"}) {
      write_bytes(folder / name, record + record);
    }
    write_bytes(folder / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  };
  return {"cifar-10/" + damaged, good, load, prepare};
}

std::vector<Reader> readers() {
  const std::string record = "\x03" + std::string(3072, '\x20');
  const auto detail = [](int channel, int y, int x) {
    return (channel * 90 + y * 31 + x * 7) % 256;
  };
  const auto read_images = [](const fs::path& file) { (void)read_idx(file, 3, 0); };
  const auto read_labels = [](const fs::path& file) { (void)read_idx(file, 1, 0); };
  const auto picture = [](const fs::path& file) { (void)read_picture(file, {}); };
  const std::string attributes = "2\nMale Young\n000001.jpg -1  1\n000002.jpg  1 -1\n";
  const std::string partition = "000001.jpg 0\n000002.jpg 2\n";
  const auto read_lists = [](const fs::path& file) {
    (void)read_celeba_lists(file.parent_path() / "attributes", file.parent_path() / "partition");
  };
  const auto write_lists = [=](const fs::path& folder) {
    write_bytes(folder / "attributes", attributes);
    write_bytes(folder / "partition", partition);
  };
  const auto write_frames = [](const fs::path& folder) {
    write_bytes(folder / "0.jpg", "");
    fs::create_directory(folder / "b");
    write_bytes(folder / "b" / "1.png", "");
    write_bytes(folder / "v.mp4", "");
  };
  return {
      {"suite.toml", suite_text(), [](const fs::path& file) { (void)read_suite(file); }},
      {"frames", frames(), read_messages},
      {"images", idx_file({3, 4, 5}, std::string(60, '\x11')), read_images},
      {"labels", idx_file({9}, std::string(9, '\x01')), read_labels},
      {"images.gz", gzip(idx_file({3, 4, 5}, std::string(60, '\x11'))), read_images},
      cifar_reader("data_batch_1.bin", record + record),
      cifar_reader("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"),
      {"attributes", attributes, read_lists, write_lists},
      {"partition", partition, read_lists, write_lists},
      {"list.txt", "0.jpg\nb\n\nv.mp4\nb/1.png\n",
       [](const fs::path& file) { (void)takes_of_list(file); }, write_frames},
      {"small.png", png_file(5, 6, detail), picture},
      {"small.jpg", jpeg_file(9, 10, detail), picture},
      {"lossless.mkv",
       video_bytes("a.mkv", {.frames = 3, .height = 8, .width = 8}),
       read_video,
       {},
       true},
      {"frames.avi",
       video_bytes("a.avi", {.codec = AV_CODEC_ID_MPEG4, .frames = 4, .height = 16, .width = 16}),
       read_video,
       {},
       true},
      {"frames.mp4",
       video_bytes("a.mp4", {.codec = AV_CODEC_ID_MPEG4, .frames = 4, .height = 16, .width = 16}),
       read_video,
       {},
       true},
  };
}

/// Writes, reads, and judges what comes of it.
class Trial {
 public:
  explicit Trial(const Reader& reader) : reader_(reader), file_(folder_.path() / reader.name) {
    fs::create_directories(file_.parent_path());
    if (reader.prepare) reader.prepare(file_.parent_path());
  }

  /// Whether it could be read.
  bool reads(const std::string& bytes, std::size_t most_memory = kMostBytes) {
    fs::remove(file_);  // a file that is overwritten is brought to the disk first
    write_bytes(file_, bytes);
    (void)take_largest_allocation();
    bool good = true;
    try {
      reader_.read(file_);
    } catch (const Error& error) {
      good = false;
      EXPECT_THAT(error.what(), HasSubstr(file_.filename().string()));
    }
    EXPECT_LE(take_largest_allocation(), most_memory) << reader_.name;
    return good;
  }

 private:
  const Reader& reader_;
  TemporaryFolder folder_;
  fs::path file_;
};

TEST(DamagedFiles, AreGoodToBeginWith) {
  for (const Reader& reader : readers())
    EXPECT_TRUE(Trial(reader).reads(reader.good)) << reader.name;
}

TEST(DamagedFiles, CutOffAtEveryByte) {
  for (const Reader& reader : readers()) {
    SCOPED_TRACE(reader.name);
    Trial trial(reader);
    const std::size_t step = reader.is_slow ? 1 + reader.good.size() / 200 : 1;
    int refused = 0;
    for (std::size_t size = 0; size < reader.good.size(); size += step) {
      refused += !trial.reads(reader.good.substr(0, size));
    }
    EXPECT_TRUE(refused > 0 || reader.name == "frames");  // a frame that is cut is waited for
  }
}

TEST(DamagedFiles, ChangedAtRandom) {
  for (const Reader& reader : readers()) {
    SCOPED_TRACE(reader.name);
    Trial trial(reader);
    std::mt19937 random(1);
    int refused = 0;
    for (int flip = 0; flip < (reader.is_slow ? kFlips / 5 : kFlips); ++flip) {
      std::string bytes = reader.good;
      for (unsigned count = 1 + random() % 4; count > 0; --count) {
        char& byte = bytes[random() % bytes.size()];
        byte = static_cast<char>(random() % 2 == 0 ? random() : byte ^ 1 << random() % 8);
      }
      refused += !trial.reads(bytes);
    }
    EXPECT_GT(refused, 0);
  }
}

TEST(DamagedFiles, ChangedPayloadsUnderAnHonestHeader) {
  StepSamples samples{{0.1, 0.2}, {2.3, 2.2}, 0.25, 128};
  samples.trace = {{.step = 1, .state_hash = "s", .differences = {{"outputs", {}}}}};
  const std::string good = encode(samples, 0).substr(kHeaderSize);
  const auto type = static_cast<std::uint16_t>(Message(samples).index());
  std::mt19937 random(2);
  int refused = 0;
  for (int flip = 0; flip < 5 * kFlips; ++flip) {
    std::string payload = good.substr(0, flip % 5 == 0 ? random() % good.size() : good.size());
    for (unsigned count = random() % 4; count > 0 && !payload.empty(); --count) {
      payload[random() % payload.size()] = static_cast<char>(random());
    }
    (void)take_largest_allocation();
    try {
      MessageDecoder decoder;
      decoder.feed(frame_around(payload, type));
      EXPECT_TRUE(decoder.next().has_value());
    } catch (const Error&) {
      ++refused;
    }
    EXPECT_LE(take_largest_allocation(), kMostBytes);
  }
  EXPECT_GT(refused, kFlips);
}

/// Small files that claim to be enormous.
TEST(DamagedFiles, ReserveNoMemoryForWhatTheyOnlyClaim) {
  const auto read_images = [](const fs::path& file) { (void)read_idx(file, 3, 0); };
  const auto picture = [](const fs::path& file) { (void)read_picture(file, {}); };
  const std::string jpeg = jpeg_file(16, 16, [](int, int y, int x) { return 9 * x + y; });
  std::string announced(1, '\xdd');  // an array of 4,294,967,295 elements
  announced += "\xff\xff\xff\xff";
  const std::vector<Reader> huge{
      {"images", idx_file({1U << 20U, 32, 32}, "x"), read_images},
      {"images", idx_file({0xffffffffU, 0xffffffffU, 0xffffffffU}, "x"), read_images},
      {"bomb.gz", gzip(idx_file({1U << 20U, 32, 32}, std::string(1'000'000, '\0'))), read_images},
      {"grey.png", png_claiming(16384, 6000, 8, 0), picture},
      {"rgb16.png", png_claiming(16384, 6000, 16, 2), picture},
      {"alpha16.png", png_claiming(16384, 6000, 16, 6), picture},
      {"palette.png", png_claiming(16384, 6000, 1, 3), picture},
      {"huge.jpg", jpeg_claiming(jpeg, 16384, 6000), picture},
      {"tiny.jpg",  // found by the fuzzer: 10749 × 3848 pixels, which libavcodec reserves
       std::string("\xff\xd8\xff\xc2\0\x11\x01\x0f\x08\x29\xfd\x03\0\x12\0\x02"
                   "\x12\0\x41\x12\0\xb7\xff\xd9",
                   24),
       picture},
      {"frame", with_field<std::uint32_t>(encode(PhaseNote{"x"}, 0), kLength, 0xffffffffU),
       read_messages},
      {"list", frame_around(announced, static_cast<std::uint16_t>(Message(StepSamples{}).index())),
       read_messages},
      {"suite.toml", std::string(std::size_t{2} << 20U, '#'),
       [](const fs::path& file) { (void)read_suite(file); }},
  };
  for (const Reader& reader : huge) {
    EXPECT_FALSE(Trial(reader).reads(reader.good, kMostBytes / 5)) << reader.name;
  }
}

TEST(DamagedFiles, AVideoOfHugeFramesIsRefused) {
  std::string video =
      video_bytes("a.avi", {.codec = AV_CODEC_ID_RAWVIDEO, .frames = 2, .height = 16, .width = 16});
  const Reader reader{"huge.avi", "", read_video};
  EXPECT_TRUE(Trial(reader).reads(video));
  const std::size_t format = video.find("strf") + 12;  // behind it, width and height
  video.replace(format, 8, std::string("\x00\x40\0\0\x70\x17\0\0", 8));  // 16384 and 6000
  EXPECT_FALSE(Trial(reader).reads(video));
}

TEST(DamagedFiles, AListOfProcessorsHasAnEnd) {
  std::string list;
  for (int i = 0; i < 100; ++i) list += "0-65535,";
  (void)take_largest_allocation();
  EXPECT_FALSE(to_list(list + "1").has_value());
  EXPECT_LE(take_largest_allocation(), 1'000'000U);
}

TEST(LargestAllocation, IsNoticedInLibrariesToo) {
  (void)take_largest_allocation();
  av_free(av_malloc(123'456));
  if (const std::size_t largest = take_largest_allocation(); largest > 0) {
    EXPECT_GE(largest, 123'456U);
    EXPECT_LT(largest, 200'000U);
  } else {
    GTEST_SKIP() << "not watched under sanitizers";
  }
}

}  // namespace
}  // namespace ndbench
