#include "ndbench/video.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "data/video_memory.h"
#include "picture_file.h"
#include "temporary_folder.h"
#include "video_writer.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

class LoadVideo : public testing::Test {
 protected:
  /// A picture all of one red; so is what is read of it.
  void put_picture(const std::string& name, int red, int height = 6, int width = 8) const {
    fs::create_directories((folder_.path() / name).parent_path());
    write_bytes(folder_.path() / name, png_file(height, width, [red](int channel, int, int) {
                  return channel == 0 ? red : 0;
                }));
  }

  /// Folders davis/0 … davis/4 of 3 frames each.
  void put_davis() const {
    for (int take = 0; take < 5; ++take) {
      for (int frame = 0; frame < 3; ++frame) {
        put_picture("davis/" + std::to_string(take) + "/" + std::to_string(frame) + ".png",
                    10 * take + frame);
      }
    }
  }

  [[nodiscard]] VideoSplits load(const VideoRequest& request) const {
    return load_video(request, {folder_.path() / "nowhere", folder_.path()});
  }

  static Bytes frame(const Video& video, std::size_t sequence, std::int64_t number) {
    Bytes bytes(static_cast<std::size_t>(video.frame_bytes()));
    video.read(sequence, number, 1, bytes);
    return bytes;
  }

  TemporaryFolder folder_;
};

TEST_F(LoadVideo, AFolderOfFolders) {
  put_davis();
  const VideoSplits splits = load({.dataset = "davis"});
  EXPECT_EQ(splits.train.channels, 3);
  EXPECT_EQ(splits.train.height, 6);
  EXPECT_EQ(splits.train.width, 8);
  ASSERT_EQ(splits.train.sequences.size(), 4U);
  EXPECT_EQ(splits.train.frames(), 12);
  EXPECT_EQ(splits.train.sequences[2].name, "2");
  EXPECT_EQ(splits.train.sequences[2].source, nullptr);
  const Bytes pixels = frame(splits.train, 2, 1);
  EXPECT_EQ(pixels[0], 21);
  EXPECT_EQ(pixels[47], 21);
  EXPECT_EQ(pixels[48], 0);
  ASSERT_EQ(splits.test.sequences.size(), 1U);
  EXPECT_EQ(frame(splits.test, 0, 2)[0], 42);
}

TEST_F(LoadVideo, TheFirstSequencesOfEachSplit) {
  put_davis();
  const VideoSplits splits = load({.dataset = "davis", .sequences = 2, .test_sequences = 1});
  EXPECT_EQ(splits.train.sequences.size(), 2U);
  EXPECT_EQ(splits.test.sequences.size(), 1U);
  EXPECT_THAT([&] { (void)load({.dataset = "davis", .sequences = 5}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("sequences = 5"), HasSubstr("has 4"))));
  EXPECT_THAT([&] { (void)load({.dataset = "davis", .test_sequences = 2}); },
              ThrowsMessage<Error>(HasSubstr("test_sequences = 2")));
}

TEST_F(LoadVideo, OneTakeKeepsItsLastFifthOfFrames) {
  for (int frame = 0; frame < 11; ++frame) {
    put_picture("one/" + std::string(1, static_cast<char>('a' + frame)) + ".png", frame);
  }
  const VideoSplits splits = load({.dataset = "one"});
  EXPECT_EQ(splits.train.frames(), 9);
  EXPECT_EQ(splits.test.frames(), 2);
  EXPECT_EQ(frame(splits.test, 0, 0)[0], 9);
  EXPECT_EQ(frame(splits.test, 0, 1)[0], 10);
}

TEST_F(LoadVideo, OneFrameCannotBeSplit) {
  put_picture("one/a.png", 1);
  EXPECT_THAT([&] { (void)load({.dataset = "one"}); },
              ThrowsMessage<Error>(HasSubstr("a single frame")));
}

TEST_F(LoadVideo, AVideoFileKeepsItsLastFifth) {
  write_video(folder_.path() / "film.mkv", {.frames = 10});
  const VideoSplits splits = load({.dataset = "film.mkv"});
  EXPECT_EQ(splits.train.frames(), 8);
  EXPECT_EQ(splits.test.frames(), 2);
  EXPECT_EQ(frame(splits.test, 0, 0)[0], written_pixel(0, 8, 0, 0));
}

TEST_F(LoadVideo, AFolderOfVideoFiles) {
  for (const char* name : {"a.mkv", "b.mkv", "c.mkv"}) {
    fs::create_directories(folder_.path() / "films");
    write_video(folder_.path() / "films" / name, {.frames = 4});
  }
  const VideoSplits splits = load({.dataset = "films"});
  EXPECT_EQ(splits.train.sequences.size(), 2U);
  EXPECT_EQ(splits.test.frames(), 4);
  EXPECT_EQ(frame(splits.train, 1, 3)[0], written_pixel(0, 3, 0, 0));
}

TEST_F(LoadVideo, AList) {
  put_davis();
  write_bytes(folder_.path() / "davis" / "list.txt", "4\n0/0.png\n1/1.png\n");
  const VideoSplits splits = load({.dataset = "davis/list.txt"});
  EXPECT_EQ(splits.train.frames(), 3);
  EXPECT_EQ(frame(splits.train, 0, 0)[0], 40);
  EXPECT_EQ(splits.test.frames(), 2);
  EXPECT_EQ(frame(splits.test, 0, 1)[0], 11);
}

TEST_F(LoadVideo, FramesOfSeveralSizesNeedASize) {
  put_davis();
  put_picture("davis/1/2.png", 99, 9, 12);
  EXPECT_THAT([&] { (void)load({.dataset = "davis"}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("davis/1/2.png: has 12x9 pixels"),
                                         HasSubstr("davis/0/0.png has 8x6"),
                                         HasSubstr("set width and height"))));
  const VideoSplits splits = load({.dataset = "davis", .width = 4, .height = 3});
  EXPECT_EQ(splits.train.frame_bytes(), 36);
  EXPECT_EQ(frame(splits.train, 1, 2)[0], 99);
}

TEST_F(LoadVideo, VideoFilesOfSeveralSizesNeedASize) {
  fs::create_directories(folder_.path() / "films");
  write_video(folder_.path() / "films" / "a.mkv", {.frames = 4});
  write_video(folder_.path() / "films" / "b.mkv", {.frames = 4, .height = 32, .width = 32});
  EXPECT_THAT(
      [&] { (void)load({.dataset = "films"}); },
      ThrowsMessage<Error>(AllOf(HasSubstr("b.mkv: has frames of 32x32"),
                                 HasSubstr("a.mkv has 32x24"), HasSubstr("set width and height"))));
  EXPECT_EQ(load({.dataset = "films", .width = 16, .height = 16}).test.frames(), 4);
}

TEST_F(LoadVideo, ADamagedFrameIsNamed) {
  put_davis();
  write_bytes(folder_.path() / "davis" / "2" / "1.png", "no picture");
  EXPECT_THAT([&] { (void)load({.dataset = "davis"}); },
              ThrowsMessage<Error>(HasSubstr("davis/2/1.png")));
}

TEST_F(LoadVideo, MissingNamesEveryFolderTriedAndWhatToDo) {
  EXPECT_THAT([&] { (void)load({.dataset = "davis"}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("nowhere/davis"), HasSubstr("--data"),
                                         HasSubstr("https://davischallenge.org"))));
  EXPECT_THAT(
      [&] { (void)load({.dataset = "kitti"}); },
      ThrowsMessage<Error>(AllOf(HasSubstr("nowhere/kitti"), HasSubstr("https://www.cvlibs.net"))));
}

TEST_F(LoadVideo, NamesThatLeadElsewhereAreRefused) {
  put_davis();
  for (const std::string& name :
       {std::string(".."), std::string("davis/../davis"), (folder_.path() / "davis").string(),
        std::string("davis\n"), std::string(), std::string(".")}) {
    EXPECT_THROW((void)load({.dataset = name}), Error) << name;
  }
}

TEST_F(LoadVideo, TheSetMayBeALinkButNotLeadOut) {
  put_davis();
  fs::create_directory_symlink(folder_.path() / "davis", folder_.path() / "link");
  EXPECT_EQ(load({.dataset = "link"}).train.frames(), 12);
}

TEST_F(LoadVideo, RequestsThatMakeNoSense) {
  put_davis();
  EXPECT_THROW((void)load({.dataset = "davis", .sequences = -1}), Error);
  EXPECT_THROW((void)load({.dataset = "davis", .test_sequences = -1}), Error);
  EXPECT_THAT([&] { (void)load({.dataset = "davis", .width = 8}); },
              ThrowsMessage<Error>(HasSubstr("both be 1 to 16384")));
  EXPECT_THROW((void)load({.dataset = "davis", .width = -8, .height = 8}), Error);
  EXPECT_THROW((void)load({.dataset = "synthetic", .width = 20000, .height = 8}), Error);
}

TEST_F(LoadVideo, SyntheticNeedsNoFiles) {
  const VideoSplits splits = load_video({.dataset = "synthetic"}, {});
  EXPECT_EQ(splits.train.sequences.size(), 500U);
  EXPECT_EQ(splits.test.sequences.size(), 100U);
  EXPECT_EQ(splits.train.frame_bytes(), 3 * 32 * 48);
  EXPECT_NE(splits.train.sequences[0].pixels, splits.test.sequences[0].pixels);
  EXPECT_THROW((void)load_video({.dataset = "synthetic", .sequences = 501}, {}), Error);
}

TEST_F(LoadVideo, SpritesComeFromTheTwoSplitsOfFashionMnist) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "install dataset-fashion-mnist";
  }
  const VideoSplits splits = load_video({.dataset = "sprites", .sequences = 3, .test_sequences = 2},
                                        {"/usr/share/datasets"});
  EXPECT_EQ(splits.train.sequences.size(), 3U);
  EXPECT_EQ(splits.train.frame_bytes(), 32 * 48);
  EXPECT_EQ(splits.test.frames(), 82);
  EXPECT_NE(splits.train.sequences[0].pixels, splits.test.sequences[0].pixels);
  EXPECT_EQ(load_video({.dataset = "sprites", .sequences = 1, .width = 64, .height = 64},
                       {"/usr/share/datasets"})
                .train.frame_bytes(),
            64 * 64);
}

TEST_F(LoadVideo, WhatIsTooLargeForMemoryIsDecodedWhenItIsRead) {
  put_davis();
  Video in_memory = load({.dataset = "davis"}).train;
  ASSERT_EQ(in_memory.sequences[0].pixels.size(), 3U * 144U);
  // 20,500 synthetic frames of 512 x 512 have 16 GB.
  const Video streamed =
      load_video({.dataset = "synthetic", .width = 512, .height = 512}, {}).train;
  EXPECT_NE(streamed.sequences[0].source, nullptr);
  EXPECT_THAT(streamed.sequences[0].pixels, IsEmpty());
  EXPECT_EQ(frame(streamed, 499, 19).size(), 3U * 512U * 512U);
}

TEST(VideoMemory, HoldsWhatTheSourceGaveUpToTheLimit) {
  const Video streamed = load_video({.dataset = "synthetic", .width = 512, .height = 512}, {}).test;
  Video video = streamed;
  video.sequences.resize(2);
  load_into_memory(video, 82 * video.frame_bytes() - 1);
  EXPECT_NE(video.sequences[0].source, nullptr);
  load_into_memory(video, 82 * video.frame_bytes());
  EXPECT_EQ(video.sequences[1].source, nullptr);
  Bytes frames(static_cast<std::size_t>(41 * video.frame_bytes()));
  streamed.read(1, 0, 41, frames);
  EXPECT_TRUE(frames == video.sequences[1].pixels);
}

/// Frames of one pixel, which is the frame's number.
class Counting final : public FrameSource {
 public:
  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override {
    for (std::int64_t i = 0; i < count; ++i) {
      bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(first + i);
    }
  }
};

TEST(VideoMemory, PutsLongSequencesTogetherFromPieces) {
  Video video{.channels = 1, .height = 1, .width = 1};
  for (const std::int64_t frames : {250, 1, 100}) {
    video.sequences.push_back(
        {.name = "counting", .frames = frames, .source = std::make_shared<Counting>()});
  }
  load_into_memory(video);
  ASSERT_EQ(video.sequences[0].pixels.size(), 250U);
  for (std::size_t frame = 0; frame < 250; ++frame) {
    EXPECT_EQ(video.sequences[0].pixels[frame], frame);
  }
  EXPECT_EQ(video.sequences[2].pixels[99], 99);
}

TEST(RealVideo, DavisIsReadWhole) {
  const char* folder = std::getenv("NDBENCH_TEST_DATA");
  if (folder == nullptr) {
    GTEST_SKIP() << "NDBENCH_TEST_DATA names no folder with davis-160x120";
  }
  const VideoSplits splits = load_video({.dataset = "davis-160x120"}, {folder});
  EXPECT_EQ(splits.train.sequences.size(), 8U);
  EXPECT_EQ(splits.train.frames(), 563);
  EXPECT_EQ(splits.test.frames(), 83);
  EXPECT_EQ(splits.train.width, 160);
  EXPECT_EQ(splits.train.height, 120);
  for (const FrameSequence& sequence : splits.train.sequences) {
    // Films move, but slowly: neighbouring frames are alike, and not equal.
    std::int64_t difference = 0;
    for (std::size_t i = 0; i < 57600; ++i) {
      difference += std::abs(sequence.pixels[i] - sequence.pixels[i + 57600]);
    }
    EXPECT_GT(difference, 57600 / 4) << sequence.name;
    EXPECT_LT(difference, 57600 * 40) << sequence.name;
  }
}

}  // namespace
}  // namespace ndbench
