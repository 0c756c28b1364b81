#include "data/published_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace ndbench {
namespace {

struct PublishedFile {
  std::string_view name;
  std::string_view sha256;
};

struct PublishedSet {
  std::string_view name;
  std::string_view what_to_do;
  std::string_view address;
  std::vector<PublishedFile> files;
};

const std::array<PublishedSet, 5>& published_sets() {
  static const std::array<PublishedSet, 5> sets{{
      {.name = "fashion-mnist",
       .what_to_do = "run 'apt-get install dataset-fashion-mnist' (/usr/share/datasets), or put "
                     "the four files of the set into a folder 'fashion-mnist'",
       .address = "https://github.com/zalandoresearch/fashion-mnist",
       .files = {{"train-images-idx3-ubyte.gz",
                  "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
                 {"train-labels-idx1-ubyte.gz",
                  "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
                 {"t10k-images-idx3-ubyte.gz",
                  "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
                 {"t10k-labels-idx1-ubyte.gz",
                  "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"}}},
      {.name = "mnist",
       .what_to_do =
           "put the four files of the set, as they are or unpacked, into a folder 'mnist'",
       .address = "http://yann.lecun.com/exdb/mnist/",
       .files = {{"train-images-idx3-ubyte.gz",
                  "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
                 {"train-labels-idx1-ubyte.gz",
                  "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
                 {"t10k-images-idx3-ubyte.gz",
                  "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
                 {"t10k-labels-idx1-ubyte.gz",
                  "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}}},
      {.name = "cifar-10",
       .what_to_do = "unpack the binary version, which makes a folder 'cifar-10-batches-bin'",
       .address = "https://www.cs.toronto.edu/~kriz/cifar.html",
       .files = {{"cifar-10-binary.tar.gz",
                  "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}}},
      {.name = "cifar-100",
       .what_to_do = "unpack the binary version, which makes a folder 'cifar-100-binary'",
       .address = "https://www.cs.toronto.edu/~kriz/cifar.html",
       .files = {{"cifar-100-binary.tar.gz",
                  "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"}}},
      {.name = "celeba",
       .what_to_do = "put the two lists and the unpacked folder img_align_celeba into a folder "
                     "'celeba'",
       .address = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
       .files = {{"img_align_celeba.zip",
                  "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74"},
                 {"list_attr_celeba.txt",
                  "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0"},
                 {"list_eval_partition.txt",
                  "fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7"}}},
  }};
  return sets;
}

}  // namespace

std::string instructions_for(std::string_view name) {
  const auto& sets = published_sets();
  const auto set = std::find_if(sets.begin(), sets.end(),
                                [&](const PublishedSet& known) { return known.name == name; });
  if (set == sets.end()) {
    return fmt::format(
        "put training images at {0}/train/<class>/*.jpg and test images at "
        "{0}/test/<class>/*.jpg (or val, or .png)",
        name);
  }
  std::string text = fmt::format("{} (from {}; sha256", set->what_to_do, set->address);
  for (const PublishedFile& file : set->files) {
    text += fmt::format("{} {} {}", &file == set->files.data() ? "" : ",", file.name, file.sha256);
  }
  return text + ")";
}

}  // namespace ndbench
