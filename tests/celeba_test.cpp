#include <gmock/gmock.h>

#include "ndbench/images.h"
#include "picture_file.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

class Celeba : public testing::Test {
 protected:
  Celeba() {
    fs::create_directories(set() / "img_align_celeba");
    for (int i = 1; i <= 4; ++i) {
      write("img_align_celeba/00000" + std::to_string(i) + ".jpg", grey_jpeg(4, 3, 50 * i));
    }
    write("list_attr_celeba.txt",
          "4\n"
          "Bald Male Young \n"
          "000001.jpg -1  1 -1\n"
          "000002.jpg  1  1  1\n"
          "000003.jpg -1 -1  1\n"
          "000004.jpg -1 -1 -1\n");
    write("list_eval_partition.txt", "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n000004.jpg 0\n");
  }

  [[nodiscard]] fs::path set() const { return data_.path() / "celeba"; }

  void write(const std::string& file, const std::string& content) const {
    write_bytes(set() / file, content);
  }

  /// Puts `now` in the place of `before` in one of the lists.
  void change(const std::string& file, const std::string& before, const std::string& now) const {
    std::string content = read_bytes(set() / file);
    content.replace(content.find(before), before.size(), now);
    write(file, content);
  }

  [[nodiscard]] ImageSplits load(std::int64_t subset = 0) const {
    return load_images({.dataset = "celeba", .subset = subset}, {data_.path()});
  }

  template <typename Matcher>
  void expect_refused(Matcher matcher) const {
    EXPECT_THAT([&] { (void)load(); }, ThrowsMessage<Error>(matcher));
  }

  TemporaryFolder data_;
};

TEST_F(Celeba, ReadsPicturesAttributesAndSplits) {
  const ImageSplits splits = load();
  EXPECT_EQ(splits.train.size, 2);
  EXPECT_EQ(splits.train.height, 4);
  EXPECT_EQ(splits.train.width, 3);
  EXPECT_EQ(splits.train.classes, 3);
  EXPECT_THAT(splits.train.class_names, ElementsAre("Bald", "Male", "Young"));
  EXPECT_THAT(splits.train.labels, ElementsAre());
  EXPECT_THAT(splits.train.attributes, ElementsAre(0, 1, 0, 0, 0, 0));
  EXPECT_NEAR(splits.train.pixels[0], 50, 1);
  EXPECT_NEAR(splits.train.pixels[36], 200, 1);
  EXPECT_THAT(splits.test.attributes, ElementsAre(0, 0, 1));
}

TEST_F(Celeba, HasSubGroupsBySexAndAge) {
  const Images train = load().train;
  ASSERT_EQ(train.groups.size(), 4U);
  EXPECT_EQ(train.groups[0].name, "Male");
  EXPECT_THAT(train.groups[0].members, ElementsAre(1, 0));
  EXPECT_EQ(train.groups[1].name, "Female");
  EXPECT_THAT(train.groups[1].members, ElementsAre(0, 1));
  EXPECT_EQ(train.groups[2].name, "Young");
  EXPECT_THAT(train.groups[2].members, ElementsAre(0, 0));
  EXPECT_EQ(train.groups[3].name, "Old");
  EXPECT_THAT(train.groups[3].members, ElementsAre(1, 1));
}

TEST_F(Celeba, SubsetIsTheFirstOfItsSplit) {
  EXPECT_THAT(load(1).train.attributes, ElementsAre(0, 1, 0));
  EXPECT_THAT([&] { (void)load(3); },
              ThrowsMessage<Error>(AllOf(HasSubstr("split 0"), HasSubstr("holds 2 examples"))));
}

TEST_F(Celeba, LinesMayEndAsOnWindows) {
  for (const char* list : {"list_attr_celeba.txt", "list_eval_partition.txt"}) {
    std::string content = read_bytes(set() / list);
    for (std::size_t at = content.find('\n'); at != std::string::npos;
         at = content.find('\n', at + 2)) {
      content.replace(at, 1, "\r\n");
    }
    write(list, content);
  }
  EXPECT_THAT(load().train.class_names, ElementsAre("Bald", "Male", "Young"));
  EXPECT_THAT(load().train.attributes, ElementsAre(0, 1, 0, 0, 0, 0));
}

TEST_F(Celeba, TheNumberOfPicturesMustBeThatOfTheLines) {
  change("list_attr_celeba.txt", "4\n", "5\n");
  expect_refused(AllOf(HasSubstr("list_attr_celeba.txt: line 1"), HasSubstr("there are 5 pictures"),
                       HasSubstr("4 lines")));
  change("list_attr_celeba.txt", "5\n", "four\n");
  expect_refused(AllOf(HasSubstr("line 1"), HasSubstr("not the number of pictures")));
  write("list_attr_celeba.txt", "");
  expect_refused(AllOf(HasSubstr("list_attr_celeba.txt: line 1"), HasSubstr("is missing")));
  write("list_attr_celeba.txt", "4");
  expect_refused(AllOf(HasSubstr("list_attr_celeba.txt: line 2"), HasSubstr("is missing")));
}

TEST_F(Celeba, AValueIsOneOrMinusOne) {
  for (const char* value : {" 0", " 2", "-2", "+1", "1x", "01"}) {
    change("list_attr_celeba.txt", " 1  1  1\n", std::string(" 1 ") + value + "  1\n");
    expect_refused(AllOf(HasSubstr("line 4"), HasSubstr("neither 1 nor -1 for Male")));
    change("list_attr_celeba.txt", std::string(" 1 ") + value + "  1\n", " 1  1  1\n");
  }
}

TEST_F(Celeba, ALineHasAValueForEachAttribute) {
  change("list_attr_celeba.txt", "000003.jpg -1 -1  1", "000003.jpg -1 -1");
  expect_refused(AllOf(HasSubstr("line 5"), HasSubstr("has 3 words, where 4 are expected")));
  change("list_attr_celeba.txt", "000003.jpg -1 -1", "000003.jpg -1 -1 1 1");
  expect_refused(AllOf(HasSubstr("line 5"), HasSubstr("has 5 words")));
}

TEST_F(Celeba, NamesOfFilesThatLeadElsewhereAreRefused) {
  for (const std::string name : {"../../x.jpg", "/etc/passwd", "..", ".hidden.jpg", "a\x1b.jpg"}) {
    change("list_attr_celeba.txt", "000002.jpg", name);
    expect_refused(AllOf(HasSubstr("line 4"), HasSubstr("name of a file")));
    change("list_attr_celeba.txt", name, "000002.jpg");
  }
}

TEST_F(Celeba, TheListsMustAgree) {
  change("list_eval_partition.txt", "000002.jpg", "000009.jpg");
  expect_refused(AllOf(HasSubstr("list_eval_partition.txt: line 2"), HasSubstr("next")));
  write("list_eval_partition.txt", "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n");
  expect_refused(AllOf(HasSubstr("list_eval_partition.txt: line 4"), HasSubstr("has 4 files")));
  write("list_eval_partition.txt",
        "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n000004.jpg 0\n000005.jpg 0\n");
  expect_refused(HasSubstr("list_eval_partition.txt: line 5"));
}

TEST_F(Celeba, ASplitIsZeroOneOrTwo) {
  change("list_eval_partition.txt", "000003.jpg 2", "000003.jpg 3");
  expect_refused(AllOf(HasSubstr("list_eval_partition.txt: line 3"), HasSubstr("not 0, 1 or 2")));
}

TEST_F(Celeba, ASplitWithoutPicturesIsRefused) {
  change("list_eval_partition.txt", "000003.jpg 2", "000003.jpg 1");
  expect_refused(AllOf(HasSubstr("split 2"), HasSubstr("holds no examples")));
}

TEST_F(Celeba, AListedPictureThatIsMissingIsNamedBeforeTraining) {
  fs::remove(set() / "img_align_celeba" / "000004.jpg");
  expect_refused(AllOf(HasSubstr("img_align_celeba/000004.jpg"), HasSubstr("cannot be found")));
  EXPECT_EQ(load(1).train.size, 1);
}

TEST_F(Celeba, AMissingListIsNamed) {
  fs::remove(set() / "list_attr_celeba.txt");
  expect_refused(AllOf(HasSubstr("list_attr_celeba.txt"), HasSubstr("cannot be found")));
}

}  // namespace
}  // namespace ndbench
