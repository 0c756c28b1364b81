#include <algorithm>
#include <string>
#include <utility>

#include "graph_network.h"
#include "ndbench/decisions.h"
#include "ndbench/images.h"
#include "ndbench/initialize.h"
#include "ndbench/plugin.h"
#include "ndbench/random.h"
#include "ndbench/trainer.h"
#include "nearest_neighbours.h"

namespace {

/// The images of both splits as one graph: training nodes first.
struct Graph {
  at::Tensor features;    ///< [N, pixels] float in [0, 1]
  at::Tensor neighbours;  ///< [N, k] int64
  at::Tensor labels;      ///< [N] int64
};

Graph make_graph(const ndbench::ImageSplits& data, std::int64_t neighbours) {
  const auto rows_of = [](const ndbench::Images& images) {
    at::Tensor rows = at::empty({images.size, images.image_bytes()}, at::kByte);
    for (std::int64_t i = 0; i < images.size; ++i) {
      images.read(
          i, {rows[i].data_ptr<std::uint8_t>(), static_cast<std::size_t>(images.image_bytes())});
    }
    return rows;
  };
  const auto labels_of = [](const ndbench::Images& images) {
    return torch::tensor(images.labels, at::kInt).to(at::kLong);
  };
  const at::Tensor rows = at::cat({rows_of(data.train), rows_of(data.test)});
  return {.features = rows.to(at::kFloat).div_(255.0),
          .neighbours = ndbench::graph_convolution::nearest_neighbours(rows, neighbours),
          .labels = at::cat({labels_of(data.train), labels_of(data.test)})};
}

/// Learns the classes of the training nodes on the whole graph (Kipf and Welling 2017): a step sees
/// all nodes, and its loss is over a batch of training nodes.
class GraphTask final : public ndbench::Task {
 public:
  GraphTask(const ndbench::TaskContext& context, ndbench::graph_convolution::Network network,
            const ndbench::ImageSplits& data)
      : network_(std::move(network)),
        trainer_(network_.ptr(), context),
        decisions_(data.test),
        batch_size_(context.parameters.integer("batch_size")),
        order_seed_(context.seeds.order),
        train_size_(data.train.size),
        device_(context.device) {
    const Graph graph = make_graph(data, context.parameters.integer("neighbours"));
    features_ = graph.features.to(device_, trainer_.input_type());
    neighbours_ = graph.neighbours.to(device_);
    labels_ = graph.labels.to(device_);
  }

  void start_epoch(std::int64_t epoch) override {
    ndbench::RandomStream random(order_seed_, static_cast<std::uint64_t>(epoch));
    order_ = torch::tensor(random.permutation(train_size_), at::kLong).to(device_);
    position_ = 0;
    trainer_.start_epoch(epoch, (train_size_ + batch_size_ - 1) / batch_size_);
  }

  std::int64_t next_batch() override {
    const std::int64_t count =
        order_.defined() ? std::min(batch_size_, train_size_ - position_) : 0;
    batch_ = count > 0 ? order_.narrow(0, position_, count) : at::Tensor();
    targets_ = count > 0 ? labels_.index_select(0, batch_) : at::Tensor();
    position_ += count;
    return count;
  }

  at::Tensor train_step() override {
    return trainer_.step([&] {
      const at::Tensor logits = network_(features_, neighbours_).to(trainer_.input_type());
      logits_ = logits.detach();
      return at::cross_entropy_loss(logits.index_select(0, batch_), targets_);
    });
  }

  void visit_batch(const ndbench::StateVisitor& visit) const override {
    if (batch_.defined()) {
      visit("features", features_);
      visit("neighbours", neighbours_);
      visit("nodes", batch_);
      visit("targets", targets_);
    }
  }

  /// Of all nodes, those of the test set included.
  void visit_outputs(const ndbench::StateVisitor& visit) const override {
    if (logits_.defined()) {
      visit("logits", logits_);
    }
  }

  ndbench::Evaluation evaluate() override {
    const ndbench::Trainer::Evaluating evaluating(trainer_);
    const at::Tensor all = network_(features_, neighbours_);
    const at::Tensor logits = all.narrow(0, train_size_, all.size(0) - train_size_);
    const at::Tensor classes = logits.argmax(1).to(at::kCPU, at::kInt).contiguous();
    const at::Tensor scores = logits.to(at::kCPU, at::kFloat).contiguous();
    decisions_.clear();
    decisions_.append({classes.data_ptr<std::int32_t>(), static_cast<std::size_t>(classes.numel())},
                      {scores.data_ptr<float>(), static_cast<std::size_t>(scores.numel())});
    return decisions_.evaluation();
  }

  void visit_state(const ndbench::StateVisitor& visit) const override {
    trainer_.visit_state(visit);
  }

 private:
  ndbench::graph_convolution::Network network_;
  ndbench::Trainer trainer_;
  ndbench::Decisions decisions_;  ///< about the test nodes
  std::int64_t batch_size_;
  std::uint64_t order_seed_;
  std::int64_t train_size_;
  torch::Device device_;
  at::Tensor features_, neighbours_, labels_;
  at::Tensor order_;  ///< of the training nodes in this epoch
  at::Tensor batch_;  ///< training nodes
  at::Tensor targets_;
  at::Tensor logits_;  ///< of the last step
  std::int64_t position_ = 0;
};

class GraphConvolutionModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    auto parameters = ndbench::image_parameters("fashion-mnist", /*image_size=*/0);
    const std::vector<ndbench::Parameter> own{
        {.name = "neighbours",
         .default_value = std::int64_t{8},
         .summary = "edges from each node, to the images nearest by squared distance",
         .minimum = 1,
         .maximum = 1000},
        {.name = "hidden",
         .default_value = std::int64_t{64},
         .summary = "features of the first layer",
         .minimum = 1,
         .maximum = 65536},
        {.name = "batch_size",
         .default_value = std::int64_t{500},
         .summary = "training nodes that the loss of a step is over",
         .minimum = 1,
         .maximum = 1e9},
    };
    const auto shared = ndbench::trainer_parameters({.optimizer = "adam", .learning_rate = 1e-2});
    // The time to find neighbours grows with the square of the nodes.
    for (ndbench::Parameter& parameter : parameters) {
      if (parameter.name == "subset") {
        parameter.default_value = std::int64_t{4000};
      } else if (parameter.name == "test_subset") {
        parameter.default_value = std::int64_t{1000};
      }
    }
    parameters.insert(parameters.end(), own.begin(), own.end());
    parameters.insert(parameters.end(), shared.begin(), shared.end());
    return parameters;
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const auto& parameters = context.parameters;
    const auto data = ndbench::load_images(ndbench::image_request(parameters), context.data_path);
    if (data.train.labels.empty()) {
      throw ndbench::Error("graph_convolution: data set '" + parameters.text("dataset") +
                           "' has attributes, not classes; take another");
    }
    const std::int64_t neighbours = parameters.integer("neighbours");
    const std::int64_t nodes = data.train.size + data.test.size;
    if (neighbours >= nodes) {
      throw ndbench::Error("graph_convolution: a graph of " + std::to_string(nodes) +
                           " images has no " + std::to_string(neighbours) +
                           " neighbours for each; set neighbours to less, or take more images");
    }
    ndbench::graph_convolution::Network network(data.train.image_bytes(),
                                                parameters.integer("hidden"), data.train.classes);
    ndbench::initialize(*network, context.seeds.init);
    return std::make_unique<GraphTask>(context, std::move(network), data);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("graph_convolution", "Graph convolution on nearest neighbours of images",
                     GraphConvolutionModel);
