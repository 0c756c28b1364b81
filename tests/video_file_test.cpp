#include "data/video_file.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "data/scaler.h"
#include "temporary_folder.h"
#include "video_writer.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

Bytes read(const VideoFile& video, std::int64_t first, std::int64_t count) {
  Bytes bytes(static_cast<std::size_t>(count * 3 * video.size().width * video.size().height));
  video.read(first, count, bytes);
  return bytes;
}

Bytes written_frame(int number, int height = 24, int width = 32) {
  Bytes bytes;
  for (int channel = 0; channel < 3; ++channel) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        bytes.push_back(written_pixel(channel, number, y, x));
      }
    }
  }
  return bytes;
}

class VideoFileTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const VideoEncoding& encoding) {
    write_video(folder_.path() / name, encoding);
    return folder_.path() / name;
  }

  [[nodiscard]] VideoFile open(const fs::path& file, FrameSize size = {}) const {
    return {file, size, pool_};
  }

  /// Any number of frames in any order has the bytes of reading all in order.
  void expect_the_same_bytes_in_any_order(const fs::path& file, int frames) {
    const VideoFile video = open(file);
    ASSERT_EQ(video.frames(), frames);
    const Bytes all = read(video, 0, frames);
    const std::size_t frame_bytes = all.size() / static_cast<std::size_t>(frames);
    for (int step = 1; step <= frames; ++step) {
      const int first = step * 37 % frames;
      const int count = std::min(1 + step % 3, frames - first);
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(frame_bytes) * first;
      EXPECT_EQ(read(video, first, count),
                Bytes(begin, begin + static_cast<std::ptrdiff_t>(frame_bytes) * count))
          << count << " frames from " << first;
    }
  }

  TemporaryFolder folder_;
  std::shared_ptr<DecoderPool> pool_ = std::make_shared<DecoderPool>(2);
};

TEST_F(VideoFileTest, GivesTheFramesOfALosslessFileExactly) {
  const VideoFile video = open(write("a.mkv", {.frames = 5}));
  EXPECT_EQ(video.frames(), 5);
  EXPECT_EQ(video.size(), (FrameSize{.width = 32, .height = 24}));
  for (int number = 0; number < 5; ++number) {
    EXPECT_EQ(read(video, number, 1), written_frame(number)) << number;
  }
}

TEST_F(VideoFileTest, AFileOfOneFrame) {
  const VideoFile video = open(write("a.mkv", {.frames = 1}));
  EXPECT_EQ(video.frames(), 1);
  EXPECT_EQ(read(video, 0, 1), written_frame(0));
}

TEST_F(VideoFileTest, NoFramesAreAsked) {
  const VideoFile video = open(write("a.mkv", {.frames = 3}));
  EXPECT_TRUE(read(video, 3, 0).empty());
}

TEST_F(VideoFileTest, OddSizes) {
  const VideoFile video = open(write("a.mkv", {.frames = 2, .height = 7, .width = 13}));
  EXPECT_EQ(read(video, 1, 1), written_frame(1, 7, 13));
}

TEST_F(VideoFileTest, SeeksToTheSameBytesAsInOrderWithBFrames) {
  const VideoEncoding encoding{
      .codec = AV_CODEC_ID_MPEG4, .frames = 60, .b_frames = 2, .key_every = 12};
  expect_the_same_bytes_in_any_order(write("a.mp4", encoding), 60);
  expect_the_same_bytes_in_any_order(write("a.mkv", encoding), 60);
  expect_the_same_bytes_in_any_order(write("a.avi", encoding), 60);
}

TEST_F(VideoFileTest, SeeksToTheSameBytesWhereNoTimesAreStored) {
  // A raw stream has no index and no time stamps: everything is decoded from its start.
  expect_the_same_bytes_in_any_order(
      write("a.m4v", {.codec = AV_CODEC_ID_MPEG4, .frames = 30, .key_every = 10}), 30);
}

TEST_F(VideoFileTest, SeeksToTheSameBytesWithASingleKeyFrame) {
  expect_the_same_bytes_in_any_order(
      write("a.mp4", {.codec = AV_CODEC_ID_MPEG4, .frames = 30, .key_every = 300}), 30);
}

TEST_F(VideoFileTest, ManyThreadsReadTheSameBytes) {
  const VideoFile video = open(
      write("a.mp4", {.codec = AV_CODEC_ID_MPEG4, .frames = 40, .b_frames = 2, .key_every = 10}));
  const Bytes all = read(video, 0, 40);
  const auto frame_bytes = static_cast<std::ptrdiff_t>(all.size()) / 40;
  std::vector<std::jthread> threads;
  std::atomic<int> different = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int step = 0; step < 20; ++step) {
        const int first = (thread * 11 + step * 7) % 40;
        const Bytes frame(all.begin() + first * frame_bytes,
                          all.begin() + (first + 1) * frame_bytes);
        different += read(video, first, 1) == frame ? 0 : 1;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(different, 0);
}

TEST_F(VideoFileTest, ThreadsThatReadInTurnsWaitForTheDecoderOfTheOneBefore) {
  // One key frame: whoever does not wait decodes from the start, with a decoder of its own.
  const fs::path file =
      write("a.mp4", {.codec = AV_CODEC_ID_MPEG4, .frames = 200, .key_every = 300});
  const auto pool = std::make_shared<DecoderPool>(16);
  const VideoFile video(file, {}, pool);
  const Bytes all = read(video, 0, 200);
  const auto frame_bytes = static_cast<std::ptrdiff_t>(all.size()) / 200;
  std::atomic<int> next = 0;
  std::atomic<int> different = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] {
        for (int window = next++; window < 20; window = next++) {
          const Bytes expected(all.begin() + window * 10 * frame_bytes,
                               all.begin() + (window + 1) * 10 * frame_bytes);
          different += read(video, window * 10, 10) == expected ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(different, 0);
}

TEST_F(VideoFileTest, FillsTheSizeAskedForAndIsCutAroundTheMiddle) {
  const VideoFile video = open(write("a.mkv", {.frames = 1}), {.width = 24, .height = 24});
  EXPECT_EQ(video.size(), (FrameSize{.width = 24, .height = 24}));
  const Bytes frame = read(video, 0, 1);
  ASSERT_EQ(frame.size(), 3U * 24U * 24U);
  // Nothing is scaled: 4 columns are cut off on each side.
  EXPECT_EQ(frame[0], written_pixel(0, 0, 0, 4));
  EXPECT_EQ(frame[2 * 24 * 24 + 23 * 24 + 23], written_pixel(2, 0, 23, 27));
}

TEST_F(VideoFileTest, ADecoderStandsAtAKeyFrameAfterSeekingToIt) {
  const fs::path file =
      write("a.mp4", {.codec = AV_CODEC_ID_MPEG4, .frames = 40, .b_frames = 2, .key_every = 10});
  VideoDecoder in_order(file);
  std::vector<std::uint64_t> fingerprints;
  std::int64_t key = 0;
  std::int64_t time = 0;
  while (in_order.next()) {
    fingerprints.push_back(in_order.fingerprint());
    if (in_order.is_key() && in_order.position() < 35) {
      key = in_order.position() - 1;
      time = in_order.time();
    }
  }
  ASSERT_GT(key, 10);
  VideoDecoder decoder(file);
  ASSERT_TRUE(decoder.seek(key, time));
  EXPECT_EQ(decoder.position(), key);
  for (auto number = static_cast<std::size_t>(key); number < fingerprints.size(); ++number) {
    ASSERT_TRUE(decoder.next());
    EXPECT_EQ(decoder.fingerprint(), fingerprints[number]) << number;
  }
  EXPECT_FALSE(decoder.next());
}

TEST_F(VideoFileTest, NoFrames) {
  const fs::path file = write("none.mkv", {.frames = 0});
  EXPECT_THAT([&] { (void)open(file); }, ThrowsMessage<Error>(HasSubstr("none.mkv")));
}

TEST_F(VideoFileTest, NoVideoFile) {
  const fs::path file = folder_.path() / "text.mkv";
  write_bytes(file, "This is not a video.");
  EXPECT_THAT([&] { (void)open(file); },
              ThrowsMessage<Error>(AllOf(HasSubstr("text.mkv"), HasSubstr("cannot be opened"))));
  write_bytes(file, "");
  EXPECT_THAT([&] { (void)open(file); }, ThrowsMessage<Error>(HasSubstr("text.mkv")));
}

TEST_F(VideoFileTest, AFileThatWasCutOff) {
  for (const char* name : {"a.mkv", "a.mp4", "a.avi"}) {
    const fs::path file = write(
        name,
        {.codec = AV_CODEC_ID_MPEG4, .frames = 50, .height = 48, .width = 64, .key_every = 5});
    fs::resize_file(file, fs::file_size(file) * 6 / 10);
    EXPECT_THAT([&] { (void)open(file); }, ThrowsMessage<Error>(HasSubstr(name)));
  }
}

TEST_F(VideoFileTest, AFileThatWasCutOffAnywhereAlsoBetweenTwoFrames) {
  for (const char* name : {"whole.mkv", "whole.avi"}) {
    const std::string bytes =
        read_bytes(write(name, {.codec = AV_CODEC_ID_MPEG4, .frames = 50, .key_every = 300}));
    const fs::path file = folder_.path() / "cut";
    for (std::size_t size = bytes.size() / 2; size < bytes.size() / 2 + 300; ++size) {
      write_bytes(file, std::string_view(bytes).substr(0, size));
      EXPECT_THROW((void)open(file), Error)
          << size << " of " << bytes.size() << " bytes of " << name;
    }
  }
}

TEST_F(VideoFileTest, DamageInTheMiddleNamesTheFrame) {
  const fs::path file = write("a.mkv", {.frames = 10, .height = 48, .width = 64});
  std::string bytes = read_bytes(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  write_bytes(file, bytes);
  EXPECT_THAT([&] { (void)open(file); },
              ThrowsMessage<Error>(AllOf(HasSubstr("a.mkv"), HasSubstr("damaged"),
                                         testing::ContainsRegex("frame [456]"))));
}

TEST_F(VideoFileTest, AFileThatChangesWhileItIsInUse) {
  const fs::path file = write("a.mkv", {.frames = 10});
  const VideoFile video = open(file);
  write("b.mkv", {.frames = 10, .height = 32, .width = 24});
  fs::rename(folder_.path() / "b.mkv", file);
  EXPECT_THAT([&] { (void)read(video, 3, 1); },
              ThrowsMessage<Error>(HasSubstr("is not what it was")));
}

TEST_F(VideoFileTest, PlaylistsAndScriptsAreRefused) {
  write("a.mkv", {.frames = 3});
  const fs::path file = folder_.path() / "list.mkv";
  for (const std::string text :
       {"ffconcat version 1.0\nfile a.mkv\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-VERSION:3\n#EXTINF:1,\na.mkv\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\n",
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>"}) {
    write_bytes(file, text);
    EXPECT_THAT([&] { (void)open(file); }, ThrowsMessage<Error>(HasSubstr("cannot be opened")))
        << text;
  }
}

TEST_F(VideoFileTest, ANameThatLooksLikeAProtocolIsAName) {
  const fs::path here = fs::current_path();
  fs::current_path(folder_.path());
  write("plain.mkv", {.frames = 2});
  fs::rename("plain.mkv", "concat:a|b.mkv");
  const VideoFile video(fs::path("concat:a|b.mkv"), {}, pool_);
  fs::current_path(here);
  EXPECT_EQ(video.frames(), 2);
}

TEST_F(VideoFileTest, AFolderIsNoVideo) {
  EXPECT_THAT([&] { (void)open(folder_.path()); },
              ThrowsMessage<Error>(HasSubstr("is not a file")));
}

TEST_F(VideoFileTest, FewDecodersStayOpenHoweverManyFilesThereAre) {
  std::vector<std::unique_ptr<VideoFile>> videos;
  for (int i = 0; i < 5; ++i) {
    const fs::path file = write(std::to_string(i) + ".mkv", {.frames = 2});
    videos.push_back(std::make_unique<VideoFile>(file, FrameSize{}, pool_));
  }
  const auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_files();
  for (const auto& video : videos) {
    (void)read(*video, 0, 1);
  }
  EXPECT_EQ(open_files() - before, 2);
}

}  // namespace
}  // namespace ndbench
