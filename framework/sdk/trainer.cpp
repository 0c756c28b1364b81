#include "ndbench/trainer.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "data_parallel.h"

namespace ndbench {
namespace {

Optimizer make_optimizer(const torch::nn::Module& network, const Parameters& parameters) {
  const double weight_decay = parameters.real("weight_decay");
  if (parameters.text("optimizer") == "adam") {
    if (parameters.boolean("nesterov")) {
      throw Error("nesterov is of optimizer = \"sgd\", but optimizer is \"adam\"; leave it out");
    }
    return {network, Optimizer::Adam{.weight_decay = weight_decay}};
  }
  const Optimizer::Sgd sgd{.momentum = parameters.real("momentum"),
                           .nesterov = parameters.boolean("nesterov"),
                           .weight_decay = weight_decay};
  if (sgd.nesterov && sgd.momentum == 0.0) {
    throw Error("nesterov = true needs a momentum above 0; set momentum, or nesterov = false");
  }
  return {network, sgd};
}

Schedule make_schedule(const Parameters& parameters) {
  Schedule schedule{.base = parameters.real("learning_rate"),
                    .warmup_epochs = parameters.real("warmup_epochs"),
                    .milestones = parse_milestones(parameters.text("milestones")),
                    .factor = parameters.real("decay_factor"),
                    .total_epochs = parameters.real("schedule_epochs")};
  const std::string& kind = parameters.text("schedule");
  if (kind == "step") {
    schedule.kind = Schedule::Kind::kStep;
    if (schedule.milestones.empty()) {
      throw Error("schedule = \"step\" needs milestones, e.g. milestones = \"30, 60, 80\"");
    }
  } else if (kind == "cosine") {
    schedule.kind = Schedule::Kind::kCosine;
    if (schedule.total_epochs <= schedule.warmup_epochs) {
      throw Error(
          fmt::format("schedule = \"cosine\" ends at schedule_epochs = {}, which must be "
                      "above warmup_epochs = {}",
                      schedule.total_epochs, schedule.warmup_epochs));
    }
  }
  if (kind != "step" && !schedule.milestones.empty()) {
    throw Error(
        fmt::format("milestones are of schedule = \"step\", but schedule is \"{}\"; set "
                    "schedule, or leave milestones out",
                    kind));
  }
  return schedule;
}

/// Module::to() would make floats of the integers too that batch norm counts with.
void make_double(torch::nn::Module& network) {
  const auto convert = [](const auto& tensors) {
    for (const at::Tensor& tensor : tensors) {
      if (tensor.is_floating_point()) {
        tensor.set_data(tensor.to(at::kDouble));
      }
    }
  };
  convert(network.parameters());
  convert(network.buffers());
}

std::shared_ptr<torch::nn::Module> prepared(std::shared_ptr<torch::nn::Module> network,
                                            const std::string& device,
                                            const Parameters& parameters) {
  network->to(torch::Device(device));
  if (parameters.text("precision") == "float64") {
    make_double(*network);
  }
  return network;
}

}  // namespace

std::vector<Parameter> trainer_parameters(const TrainerDefaults& defaults) {
  return {
      {.name = "optimizer",
       .default_value = defaults.optimizer,
       .summary = "what turns gradients into steps",
       .choices = {"sgd", "adam"}},
      {.name = "learning_rate",
       .default_value = defaults.learning_rate,
       .summary = "step size, before schedule and warm-up",
       .minimum = 0.0,
       .maximum = 100.0},
      {.name = "momentum",
       .default_value = defaults.momentum,
       .summary = "momentum of SGD",
       .minimum = 0.0,
       .maximum = 1.0},
      {.name = "nesterov",
       .default_value = defaults.nesterov,
       .summary = "Nesterov's form of momentum"},
      {.name = "weight_decay",
       .default_value = defaults.weight_decay,
       .summary = "L2 penalty, on every parameter",
       .minimum = 0.0,
       .maximum = 1.0},
      {.name = "schedule",
       .default_value = std::string("constant"),
       .summary = "learning rate over the epochs",
       .choices = {"constant", "step", "cosine"}},
      {.name = "milestones",
       .default_value = std::string(),
       .summary = "epochs after which a step schedule multiplies: \"30, 60, 80\""},
      {.name = "decay_factor",
       .default_value = 0.1,
       .summary = "what a step schedule multiplies by",
       .minimum = 0.0,
       .maximum = 1.0},
      {.name = "schedule_epochs",
       .default_value = 90.0,
       .summary = "epochs after which a cosine schedule is at 0",
       .minimum = 0.0,
       .maximum = 1e6},
      {.name = "warmup_epochs",
       .default_value = 0.0,
       .summary = "epochs of linear warm-up",
       .minimum = 0.0,
       .maximum = 1e6},
      {.name = "precision",
       .default_value = std::string("float32"),
       .summary =
           "arithmetic: float64 for reference; bfloat16, float16 mixed; tf32, float16 on GPUs",
       .choices = precision_names()},
  };
}

Trainer::Trainer(std::shared_ptr<torch::nn::Module> network, const TaskContext& context,
                 Modules copies)
    : network_(prepared(std::move(network), context.device, context.parameters)),
      device_(context.device),
      precision_(enter_precision(context.parameters.text("precision"), device_)),
      optimizer_(make_optimizer(*network_, context.parameters)),
      schedule_(make_schedule(context.parameters)) {
  if (copies.empty()) {
    return;
  }
  Modules networks{network_};
  for (auto& copy : copies) {
    const std::string& device = context.sharding.devices.at(networks.size());
    networks.push_back(prepared(std::move(copy), device, context.parameters));
  }
  data_parallel_ = std::make_unique<DataParallel>(std::move(networks), context.sharding);
}

Trainer::~Trainer() = default;

void Trainer::start_epoch(std::int64_t epoch, std::int64_t steps) {
  epoch_ = epoch;
  steps_per_epoch_ = steps;
  steps_in_epoch_ = 0;
}

at::Tensor Trainer::step(const std::function<at::Tensor()>& loss) {
  assert(!data_parallel_);
  return step(1, [&](const Shard&) { return loss(); });
}

at::Tensor Trainer::step(std::int64_t batch_size,
                         const std::function<at::Tensor(const Shard&)>& loss) {
  optimizer_.clear_gradients();
  const auto forward = [&](const Shard& shard) {
    const Autocast autocast(precision_, shard.device);
    return loss(shard);
  };
  const auto backward = [&](const at::Tensor& value) {
    (precision_ == Precision::kFloat16 ? value * scaler_.scale() : value).backward();
  };
  at::Tensor value;
  if (data_parallel_) {
    value = data_parallel_->run(batch_size, forward, backward);
  } else {
    value = forward({.index = 0, .first = 0, .size = batch_size, .device = device_});
    backward(value);
  }
  const double progress =
      static_cast<double>(++steps_in_epoch_) / static_cast<double>(steps_per_epoch_);
  const double rate = schedule_.rate_at(static_cast<double>(epoch_) + progress);
  if (precision_ != Precision::kFloat16 || scaler_.unscale(optimizer_.gradients())) {
    optimizer_.step(rate);
  }
  return value.detach().to(input_type());
}

std::size_t Trainer::shards() const { return data_parallel_ ? data_parallel_->shards() : 1; }

at::ScalarType Trainer::input_type() const {
  return precision_ == Precision::kFloat64 ? at::kDouble : at::kFloat;
}

void Trainer::visit_state(const StateVisitor& visit) const {
  for (const auto& item : network_->named_parameters()) {
    visit("parameters/" + item.key(), item.value());
  }
  for (const auto& item : network_->named_buffers()) {
    visit("buffers/" + item.key(), item.value());
  }
  optimizer_.visit_state(visit);
}

Trainer::Evaluating::Evaluating(Trainer& trainer)
    : network_(*trainer.network_), autocast_(trainer.precision_, trainer.device_) {
  network_.eval();
}

Trainer::Evaluating::~Evaluating() { network_.train(); }

}  // namespace ndbench
